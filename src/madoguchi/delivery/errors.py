"""What may go wrong with a hand-over."""

from madoguchi.kernel.errors import Conflict


class ParcelOver(Conflict):
    """It was given up, and its bytes are gone."""

    code = "parcel_over"
    ja = "この連携ファイルは、管理者が「飛ばす」で終わりにしました。中身は消してあるので、もう渡せません。"


class NeverSkipped(Conflict):
    """Somebody is owed what would then never happen."""

    code = "never_skipped"
