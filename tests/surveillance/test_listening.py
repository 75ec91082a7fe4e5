import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.surveillance.sentences import HOUR, position, tagged

from haemaru.clock import to_ms
from haemaru.surveillance import times
from haemaru.surveillance.listening import feed_url
from haemaru.surveillance.replay import Batch
from haemaru.wording import Fault

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def now() -> datetime:
    return NOW


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def rows(batches: Iterator[Batch]) -> list[Batch]:
    return [batch for batch in batches if len(batch.fixes)]


def test_udp_datagrams_become_fixes_with_the_moment_of_reception() -> None:
    port = free_port()
    batches = feed_url(f"udp://127.0.0.1:{port}", now, batch_s=0.2, idle_s=1.0)
    next(batches)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(position() + b"\r\n" + position(440999102), ("127.0.0.1", port))
        sender.sendto(b"\xff\x00junk", ("127.0.0.1", port))

    found = rows(batches)

    assert sorted(found[0].fixes.mmsi.tolist()) == [440999101, 440999102]
    assert set(found[0].fixes.t.tolist()) == {to_ms(NOW)}
    assert set(found[0].fixes.quality.tolist()) == {times.RECEIVED}


def test_a_burst_of_datagrams_is_not_missed_while_others_are_decoded() -> None:
    port = free_port()
    batches = feed_url(f"udp://127.0.0.1:{port}", now, batch_s=0.2, idle_s=1.0)
    next(batches)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for at in range(20_000):
            sender.sendto(b"$GPXXX", ("127.0.0.1", port))
            if at % 200 == 0:
                sender.sendto(position(440999101 + at), ("127.0.0.1", port))

    last = list(batches)[-1]

    assert (last.stats.messages, last.stats.other_lines) == (100, 20_000)


def test_times_in_a_live_stream_stay_unless_they_are_moved() -> None:
    for shift, at in ((False, HOUR * 1000), (True, to_ms(NOW))):
        port = free_port()
        batches = feed_url(f"udp://127.0.0.1:{port}", now, shift=shift, batch_s=0.2, idle_s=1.0)
        next(batches)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(tagged(f"c:{HOUR}", position()), ("127.0.0.1", port))

        (batch,) = rows(batches)

        assert (batch.fixes.t.tolist(), batch.fixes.original.tolist()) == ([at], [HOUR * 1000])


def test_tcp_calls_a_receiver_that_serves_and_ends_when_it_stays_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def serve() -> None:
            guest, _ = server.accept()
            line = position()
            with guest:
                guest.sendall(line[:10])
                guest.sendall(line[10:] + b"\r\n" + position(440999102))

        thread = threading.Thread(target=serve)
        thread.start()
        batches = feed_url(f"tcp://127.0.0.1:{port}", now, batch_s=0.2, patience_s=0.3)
        first = next(batches)
        thread.join()
        server.close()
        found = [first, *batches]

    assert sorted(mmsi for batch in found for mmsi in batch.fixes.mmsi.tolist()) == [440999101, 440999102]


def test_tcp_takes_in_receivers_that_call_where_nobody_serves() -> None:
    port = free_port()
    batches = feed_url(f"tcp://127.0.0.1:{port}", now, batch_s=0.2, idle_s=1.0)
    next(batches)
    with socket.create_connection(("127.0.0.1", port)) as one, socket.create_connection(("127.0.0.1", port)) as other:
        one.sendall(position()[:20])
        other.sendall(position(440999102) + b"\n")
        one.sendall(position()[20:])

    found = rows(batches)

    assert sorted(mmsi for batch in found for mmsi in batch.fixes.mmsi.tolist()) == [440999101, 440999102]


def test_a_silent_source_is_shown_as_silent() -> None:
    batches = list(feed_url(f"udp://127.0.0.1:{free_port()}", now, batch_s=0.1, seconds=0.3))

    assert [round(batch.silent_s, 1) for batch in batches] == [0.1, 0.2, 0.3]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "udp://127.0.0.1", "tcp://:5", "udp://127.0.0.1:99999", "udp://x y:5"]
)
def test_an_address_that_is_none_is_a_fault_that_names_it(url: str) -> None:
    with pytest.raises(Fault, match="feed_bad_address"):
        next(feed_url(url, now))


def test_an_address_in_use_is_a_fault() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", 0))
        with pytest.raises(Fault, match="feed_bad_address"):
            next(feed_url(f"udp://127.0.0.1:{holder.getsockname()[1]}", now))
