"""Who may do what: one table. Every permission check asks it (`Staff.may`), and 権限の一覧 is drawn from it, so that what an
auditor reads is what the city hall does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from madoguchi.kernel.kinds import ours

ROLES = {"clerk": "担当", "chief": "係長", "manager": "課長", "admin": "管理者", "auditor": "監査",
         "protection": "支援措置担当", "agents": "代理確認担当", "supporter": "窓口支援員", "digital": "デジタル推進担当"}
WHOLE = "*"  # the section of those who work for the whole city hall
OF_THE_HALL = ("admin", "auditor", "digital")  # roles that are given for the whole city hall only
WORKERS = ("clerk", "chief", "manager")


class Right(StrEnum):
    """What somebody may do."""

    WORK_CASES = "work_cases"
    STAMP_CLERK = "stamp_clerk"
    STAMP_CHIEF = "stamp_chief"
    STAMP_MANAGER = "stamp_manager"
    SEE_NUMBER = "see_number"
    SEE_GUARDED = "see_guarded"
    CONFIRM_AGENTS = "confirm_agents"
    SUPPORT_COUNTER = "support_counter"
    INTERVIEW_COUNTER = "interview_counter"
    CARDS = "cards"
    MANAGE_DISASTERS = "manage_disasters"
    READ_ALL_CASES = "read_all_cases"
    SEE_DELIVERIES = "see_deliveries"
    RETRY_DELIVERIES = "retry_deliveries"
    SEE_OPERATIONS = "see_operations"
    SEE_RIGHTS = "see_rights"
    SEE_FIGURES = "see_figures"
    SEE_ALL_FIGURES = "see_all_figures"
    MANAGE_STAFF = "manage_staff"
    MANAGE_ORGANISATIONS = "manage_organisations"
    SEE_INVENTORY = "see_inventory"
    MANAGE_INVENTORY = "manage_inventory"
    SEE_DEFINITIONS = "see_definitions"
    EDIT_DEFINITIONS = "edit_definitions"
    PUBLISH_DEFINITIONS = "publish_definitions"
    SEE_SEARCHES = "see_searches"


@dataclass(frozen=True, slots=True)
class Rule:
    """A right in words, and the roles that have it. ``everywhere``: not only in one's own section."""

    ja: str
    roles: tuple[str, ...]
    everywhere: bool = False


TABLE: dict[str, Rule] = {
    Right.WORK_CASES: Rule("自分の課の申請を見て、審査・補正・起案・担当の割当てをする。課の紙の申請・予約・番号札・被害調査・手数料"
                           "(現金、減免と還付の申し出)、税務課では収納も扱い、会計課では収納日計表を見る", WORKERS),
    Right.STAMP_CLERK: Rule("担当の順番で承認・差戻しをする", ("clerk",)),
    Right.STAMP_CHIEF: Rule("係長の順番で承認・差戻しをする(不在のときは代決の人)。還付・充当・減免・不納欠損も承認する"
                            "(自分の申し出と、代決は除く)", ("chief",)),
    Right.STAMP_MANAGER: Rule("課長の順番で承認・差戻しをする(不在のときは代決の人)。還付・充当・減免・不納欠損も承認する"
                              "(自分の申し出と、代決は除く)", ("manager",)),
    Right.SEE_NUMBER: Rule("自分の課の申請の個人番号を見る(本人の再確認と理由が要り、記録が残る)", WORKERS),
    Right.SEE_GUARDED: Rule("自分の課の照合で、支援措置の方も見る(申請を開く権利は別に要る)", ("protection",)),
    Right.CONFIRM_AGENTS: Rule(ours("法定代理の申し出と証明書を見て、確かめる・断る・終わらせる(市全体の申し出)"), ("agents",)),
    Right.SUPPORT_COUNTER: Rule("窓口でのお手伝いを始め、どこまで進んだかを見る(入力した内容は見られない)", (*WORKERS, "supporter")),
    Right.INTERVIEW_COUNTER: Rule("書かない窓口で聞き取り、来た方の確認と署名を受けて、どの課の手続きも送る(自分の聞き取りだけが見える)", WORKERS),
    Right.CARDS: Rule("マイナンバーカードの交付(お預かり・通知書・渡す・返す)を扱う(カードの担当課)", WORKERS),
    Right.MANAGE_DISASTERS: Rule("自分の課の災害を加え、受付期限を動かす(罹災証明の担当課)", WORKERS),
    Right.READ_ALL_CASES: Rule("すべての課の申請・支払い・収納を読む(変えられない)", ("auditor",), True),
    Right.SEE_DELIVERIES: Rule("すべての課の連携の状態を見る(受付番号だけ)", ("admin", "auditor"), True),
    Right.RETRY_DELIVERIES: Rule("すべての課の連携と止まった処理をやり直す", ("admin",), True),
    Right.SEE_OPERATIONS: Rule("運用の画面(処理の遅れ・ディスク・証明書・バックアップ)を見る(人の名前はない)", ("admin",), True),
    Right.SEE_FIGURES: Rule("自分の課の統計を見る(件数だけで、人の名前はない)", WORKERS),
    Right.SEE_ALL_FIGURES: Rule("すべての課の統計を見る(件数だけで、人の名前はない)", ("admin", "auditor"), True),
    Right.SEE_RIGHTS: Rule("この一覧を見る", ("admin", "auditor"), True),
    Right.MANAGE_STAFF: Rule("職員のロック・二つ目の確認・ログイン・不在を扱う(申請の中身は見られない)", ("admin",), True),
    Right.MANAGE_ORGANISATIONS: Rule("自分の課の手続きを代行する事業所を登録し、終わらせる(管理者はすべての課)", ("chief", "manager", "admin")),
    Right.SEE_INVENTORY: Rule("手続棚卸を見る(手続きの一覧で、人の情報はない)", ("digital", "admin", "auditor"), True),
    Right.MANAGE_INVENTORY: Rule("手続棚卸の一覧を取り込み、状態・担当課・目標年度を決める", ("digital", "admin"), True),
    Right.SEE_DEFINITIONS: Rule("自分の課の手続きの定義を、直している途中のものも見る(デジタル推進担当・管理者・監査はすべての課)",
                                (*WORKERS, "digital", "admin", "auditor")),
    Right.EDIT_DEFINITIONS: Rule("自分の課の手続きの定義を直し、公開を願い出る(デジタル推進担当はすべての課)", (*WORKERS, "digital")),
    Right.PUBLISH_DEFINITIONS: Rule("自分の課の手続きの定義の公開と、前の版に戻すことを決める(自分が願い出たものは除く)", ("manager", "digital")),
    Right.SEE_SEARCHES: Rule("住民がさがした言葉と回数を見る(だれがさがしたかは残っていない)", ("digital", "admin"), True),
}
STAMPS = {"clerk": Right.STAMP_CLERK, "chief": Right.STAMP_CHIEF, "manager": Right.STAMP_MANAGER}


def allowed(roles: set[str], right: str) -> bool:
    """Does one of these roles have the right? A right that is not in the table nobody has."""
    rule = TABLE.get(right)
    return rule is not None and bool(roles & set(rule.roles))
