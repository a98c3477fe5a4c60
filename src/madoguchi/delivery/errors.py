"""What may go wrong with a hand-over."""

from madoguchi.kernel.errors import Conflict


class ParcelOver(Conflict):
    """It was given up, and its bytes are gone."""

    code = "parcel_over"

    def __init__(self, why: str) -> None:
        super().__init__("この連携ファイルは、管理者が「飛ばす」で終わりにしました。中身は消してあるので、もう渡せません。",
                         words=f"飛ばした理由：{why}。渡す必要があるときは、決定の内容を基幹システムに直接入力してください。")


class NeverSkipped(Conflict):
    """Somebody is owed what would then never happen."""

    code = "never_skipped"
