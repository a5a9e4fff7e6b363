"""The demo province keeps its queue servers alive, as systemd does in an office."""

from adapters import queue_server
from demo import province
from demo.nodes import RunningNode


def test_a_killed_queue_server_is_started_again(tmp_path):
    node = RunningNode(province.SON_TINH, "district", tmp_path, 0, "s" * 40, "00" * 32)
    node.queue = queue_server.start(tmp_path, die_with_parent=True)
    first = node.queue.process
    node.keep_queue()
    assert node.queue.process is first, "what lives is left alone"
    first.kill()
    first.wait()
    node.keep_queue()
    try:
        assert queue_server.is_alive(queue_server.socket_path(tmp_path.resolve()))
    finally:
        node.stop()
