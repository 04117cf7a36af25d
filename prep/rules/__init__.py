"""A teacher without a model: clauses, sections and layout by word lists, out of the reply's own words."""

from prep.rules.teacher import NotEnoughContent, RulesTeacher

__all__ = ["NotEnoughContent", "RulesTeacher"]
