"""Meters and speed."""

from uploader_gui.core.progress import ALL_SENT, Meter, Speed


def test_a_meter_counts_beyond_32_bits() -> None:
    """Ten gigabytes are counted, and shown per mille."""
    meter = Meter(10 * 2**30)
    meter.add(5 * 2**30)
    assert meter.per_mille == 500


def test_what_is_sent_is_not_yet_stored() -> None:
    """No meter shows all of it: a service has yet to say that it has the file. An empty one divides nothing by zero."""
    meter = Meter(7)
    meter.add(7)
    assert meter.per_mille == Meter(0).per_mille == ALL_SENT


def test_speed_is_that_of_the_last_seconds() -> None:
    """An old burst is forgotten after the window."""
    speed = Speed()
    assert speed.bytes_per_second is None
    assert speed.seconds_left(100) is None
    for second in range(20):
        speed.note(second, min(second, 10) * 1000)
    assert speed.bytes_per_second == 0
    assert speed.seconds_left(100) is None


def test_time_left_follows_the_speed() -> None:
    """A thousand bytes a second, ten thousand to go: ten seconds."""
    speed = Speed()
    speed.note(0, 0)
    speed.note(2, 2000)
    assert speed.seconds_left(10_000) == 10


def test_a_transfer_that_starts_over_starts_its_speed_over() -> None:
    """Fewer bytes than before mean a new try, not a negative speed."""
    speed = Speed()
    speed.note(0, 5000)
    speed.note(1, 6000)
    speed.note(2, 0)
    assert speed.bytes_per_second is None
