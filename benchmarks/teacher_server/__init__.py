"""An OpenAI-compatible HTTP server on loopback whose answers, faults included, a test writes or a seed draws."""

from benchmarks.teacher_server.act import Act, Seen, see
from benchmarks.teacher_server.capacity import Capacity
from benchmarks.teacher_server.fates import Fates, Latency, Shares
from benchmarks.teacher_server.outlines import outline_of
from benchmarks.teacher_server.server import ChatServer

__all__ = ["Act", "Capacity", "ChatServer", "Fates", "Latency", "Seen", "Shares", "outline_of", "see"]
