"""A hosted model judges answers: by a rubric one by one, and two by two in both orders."""

from evals.judge.config import JudgeConfig
from evals.judge.run import check, judge_all, unavailable
from evals.judge.summary import JudgeSummary

__all__ = ["JudgeConfig", "JudgeSummary", "check", "judge_all", "unavailable"]
