"""What a procedure definition is, once read. All frozen; all text as the clerk wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .conditions import Condition

KINDS = ("申請", "請求", "届出", "申出", "証明")
LAYOUTS = ("公文書", "枠組み")
LEVELS = ("署名用", "利用者証明用", "なし")
OUTCOME_KINDS = {
    "申請": ("認容", "一部認容", "拒否"),
    "請求": ("認容", "一部認容", "拒否"),
    "届出": ("受付", "不備"),
    "申出": ("受付", "不備"),
    "証明": ("交付", "不交付"),
}


OPEN = "確認中"  # 来庁 of a draft: nobody has said yet whether a visit is needed
OPEN_LAW, OPEN_ARTICLE = "法令・条例を確認中", "条項を確認中"  # 根拠 of a draft whose row names none


@dataclass(frozen=True, slots=True)
class Law:
    """One legal basis. ``doubt`` says what nobody could confirm yet (要確認)."""

    law: str
    article: str
    doubt: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class SignedPaper:
    """紙: beside the electronic filing a law asks for a paper that ``signers`` sign. ``text`` says what is done with it; ``form`` is its name,
    where it is another than the procedure's."""

    law: str
    article: str
    text: str
    form: str = ""
    signers: tuple[str, ...] = ()
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a 選択 question."""

    id: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question; ``box`` names the box of the paper form (様式欄) it stands for, ``remember`` the same question elsewhere (前回)."""

    id: str
    label: str
    type: str
    required: bool = False
    help: str = ""
    condition: Condition | None = None
    condition_text: str = ""
    choices: tuple[Choice, ...] = ()
    low: str = ""
    high: str = ""
    max_length: int = 0
    prefill: str = ""
    role: str = ""
    box: str = ""
    doubt: str = ""
    example: str = ""
    remember: str = ""
    group: str = ""
    step: str = ""
    line: int = 0

    def choice_label(self, value: str) -> str:
        """The words of an option, or the value itself when it is not an option."""
        return next((c.label for c in self.choices if c.id == value), value)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A step asked once per entry (児童, 世帯員)."""

    id: str
    name: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the form: one topic."""

    id: str
    title: str
    questions: tuple[Question, ...]
    help: str = ""
    condition: Condition | None = None
    condition_text: str = ""
    repeat: Repeat | None = None
    line: int = 0


NUMBER_WORDS = ("個人番号", "マイナンバーの分かる", "マイナンバーカードの裏", "番号通知", "通知カード")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document to add. ``later`` allows sending the form first and the document afterwards. ``numbered`` (個人番号): a 個人番号 stands on
    it; None: not said."""

    id: str
    name: str
    required: bool = True
    later: bool = False
    condition: Condition | None = None
    condition_text: str = ""
    help: str = ""
    kinds: tuple[str, ...] = ("画像", "PDF")
    most: int = 5
    doubt: str = ""
    line: int = 0
    numbered: bool | None = None

    @property
    def bears_number(self) -> bool:
        """Whether staff see it like a number, one look with a reason (番号法12条: 安全管理措置). A version that was published before there was
        the heading is read by its words."""
        return any(word in self.name + self.help for word in NUMBER_WORDS) if self.numbered is None else self.numbered


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody in the procedure (届出人, 被保険者, 児童). ``card`` says when the signed-in person is this one."""

    id: str
    name: str
    card: Condition | None = None
    card_text: str = ""
    mandate: str = ""  # id of the attachment that proves the mandate (委任状)
    legal: str = ""  # id of the attachment that proves a legal representation (法定代理)
    doubt: str = ""
    line: int = 0
    office: Condition | None = None  # when a registered organisation files for somebody (提出代行)
    office_text: str = ""
    company: Condition | None = None  # when a company is this one itself
    company_text: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A named pure rule with its arguments (ids of questions, numbers as text)."""

    rule: str
    args: tuple[tuple[str, str], ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when to file. Without ``from_item`` only ``text`` is shown (速やかに)."""

    text: str = ""
    from_item: str = ""
    days: int = 0
    months: int = 0
    counting: str = "翌日から"  # 翌日から | 当日から
    closed_day: str = "翌開庁日"  # 翌開庁日 | そのまま
    late: str = "受理して注意"  # 受理して注意 | 受付不可
    opens_days_before: int = 0
    doubt: str = ""
    line: int = 0


GRANT_NOTHING = ("拒否", "不備", "不交付")  # kinds of outcome after which nothing is left to fetch or to wait for


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way a case can end."""

    id: str
    name: str
    kind: str
    reasons: tuple[str, ...] = ()
    needs_reason: bool = False
    condition: Condition | None = None  # on the answers: an outcome that only some applications can have
    condition_text: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Review:
    """How the section works on a case."""

    days: int
    day_kind: str  # 開庁日 | 日
    route: tuple[str, ...]
    checklist: tuple[str, ...]
    questions: tuple[Question, ...]  # 決定項目: what the clerk adds when deciding
    outcomes: tuple[Outcome, ...]
    appeal: str  # key of the 教示 text, or なし
    again: str = ""  # for 証明: how to ask again
    keep: int | None = None  # 保存 in years (kernel.keeping.FOREVER: 永年); None: what the city says for the 種別
    warn: int | None = None  # 期限の知らせ: open days before the due day; None: what the city says for all
    doubt: str = ""
    line: int = 0
    consent: str = ""  # 照合の同意: the はい・いいえ question without whose はい the register is not looked at
    consent_line: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A letter or certificate the city issues. ``layout`` 枠組み is a framed table with the certifying words under it;
    ``note`` stands in the frame's last row. ``appeal`` (教示) only where it differs from the review's: a 処分 made of the
    city's own motion after a 届出 carries one."""

    id: str
    name: str
    outcomes: tuple[str, ...]
    subject: str
    body: str
    rows: tuple[tuple[str, str], ...] = ()
    condition: Condition | None = None
    condition_text: str = ""
    doubt: str = ""
    layout: str = "公文書"
    note: str = ""
    appeal: str = ""
    again: str = ""  # 再申請, where it differs from the review's
    attached: bool = False  # 職員が添える: a PDF of the core system's that the clerk puts in; it has no text of ours
    sealed: bool = False  # 署名: given as a PDF under the city's electronic signature
    line: int = 0


@dataclass(frozen=True, slots=True)
class Handover:
    """Columns handed to a core system; one row per application, or per entry of a repeat group."""

    target: str
    columns: tuple[tuple[str, str], ...]
    encoding: str = "utf-8-sig"
    per: str = ""
    outcomes: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class ChargeItem:
    """A fee of the city's table, as often as a question says (once without one); ``name`` and ``yen`` where it is in no table."""

    fee: str
    count: str = ""
    condition: Condition | None = None
    condition_text: str = ""
    line: int = 0
    name: str = ""
    yen: int = 0


@dataclass(frozen=True, slots=True)
class Exemption:
    """減免: who pays less. ``fees``: which of the fees (none: every one but 実費); ``percent`` of each, or ``yen`` off each one; what is
    left of one is rounded to ``step`` yen, ``up`` or down."""

    name: str
    condition: Condition | None
    condition_text: str
    line: int = 0
    fees: tuple[str, ...] = ()
    percent: int = 100
    yen: int = 0
    step: int = 1
    up: bool = False


@dataclass(frozen=True, slots=True)
class Charge:
    """手数料 by the city's table. ``first``: paid before the application is accepted, within ``days``; else on receipt."""

    items: tuple[ChargeItem, ...]
    exempt: tuple[Exemption, ...]
    first: bool
    days: int
    line: int = 0


@dataclass(frozen=True, slots=True)
class Definition:
    """A procedure: everything else is derived from this."""

    id: str
    edition: str
    kind: str
    name: str
    reading: str
    section: str
    laws: tuple[Law, ...]
    form: str
    audience: str
    minutes: int
    fee: int
    level: str
    steps: tuple[Step, ...]
    review: Review
    documents: tuple[Document, ...]
    handovers: tuple[Handover, ...]
    charge: Charge | None = None
    paper: SignedPaper | None = None
    aliases: tuple[str, ...] = ()
    plan_name: str = ""
    life_events: tuple[str, ...] = ()
    summary: str = ""
    visit: str = ""
    visit_open: bool = False  # nobody has said yet whether one is needed: empty does not mean none
    remaining: str = ""
    remaining_after: str = ""  # once it is decided
    bring: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    deadline: Deadline = field(default_factory=Deadline)
    attachments: tuple[Attachment, ...] = ()
    checks: tuple[Call, ...] = ()
    derived: tuple[tuple[str, Call], ...] = ()
    guidance: tuple[tuple[str, str], ...] = ()
    keywords: tuple[str, ...] = ()
    doubts: tuple[tuple[int, str], ...] = ()
    file: str = ""
    lines: tuple[tuple[str, int], ...] = ()  # of the headings: where a finding about a whole block is reported
    unread: frozenset[str] = frozenset()  # headings and items whose shape is wrong: `lint` holds nothing against what names them

    def line_of(self, heading: str) -> int:
        """The line of a heading of the file (担当, 審査 …); 1 where it is not written."""
        return next((line for key, line in self.lines if key == heading), 1)

    def questions(self) -> Iterator[Question]:
        """Every question in the order asked."""
        for step in self.steps:
            yield from step.questions

    @property
    def cited(self) -> tuple[tuple[str, str], ...]:
        """(law, article) as people read them; what nobody has found out yet is not told as if it were law."""
        return tuple((x.law, "" if x.article == OPEN_ARTICLE else x.article) for x in self.laws if x.law != OPEN_LAW)

    def question(self, question_id: str) -> Question | None:
        """A question by id."""
        return next((q for q in self.questions() if q.id == question_id), None)

    def step(self, step_id: str) -> Step | None:
        """A step by id."""
        return next((s for s in self.steps if s.id == step_id), None)

    def outcome(self, outcome_id: str) -> Outcome | None:
        """An outcome by id."""
        return next((o for o in self.review.outcomes if o.id == outcome_id), None)

    def role(self, role_id: str) -> Role | None:
        """A role by id."""
        return next((r for r in self.roles if r.id == role_id), None)
