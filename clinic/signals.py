"""What clinic says aloud so that packages above may listen; clinic itself never listens."""

from blinker import Namespace

_signals = Namespace()

couple_closed = _signals.signal("couple-closed")
partner_left = _signals.signal("partner-left")
person_erased = _signals.signal("person-erased")
