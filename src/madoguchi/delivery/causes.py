"""Why something is stuck, in words for the people who must put it right: what is wrong and what to do. The code stands beside."""

from __future__ import annotations

import re

from madoguchi.kernel.kinds import ours

CALL = "この符号と受付番号を、システムの担当に知らせてください。"
SAID = {
    "another file of this name": "連携先のフォルダに、同じ名前で中身の違うファイルがあります。どちらが正しいかを連携先に確かめ、そこにあるファイルと"
                                 "その manifest を別の場所へ移してから、「もう一度」を押してください。",
    "name": f"連携先の名か、ファイルの名に使えない文字があります。手続の定義の「連携」の名(英小文字・数字・-)を直してください。{CALL}",
    "died": f"処理の途中で、作業係が何度も止まりました。メモリとディスクの空き、記録(ログ)を確かめてから、「もう一度」を押してください。{CALL}",
    "refused": "連携先が、理由を言わずに断りました。連携先に確かめてから、「もう一度」を押してください。",
    "application gone": f"申請が見つかりません。廃棄されたか、消されています。{CALL}",
    "correction of an unknown case": f"補正の相手の申請が見つかりません。{CALL}",
}
BEGINS = {
    "answers refused by hand-over": f"申請の答えが、いまの手続の検査に合わないため、連携ファイルを作れません。手続の定義を確かめてください。{CALL}",
    "answer in state": f"補正の答えが届きましたが、申請が補正を待つ状態ではありません。{CALL}",
    "no handler": f"この処理を行う部分が、いまの版にありません。版を戻したときに起きます。新しい版に戻してください。{CALL}",
}
ERRNO = {
    2: "渡すフォルダがありません。管理者が、MADOGUCHI_OUT の場所を確かめてください。",
    13: "渡すフォルダに書く権限がありません。管理者が、フォルダの持ち主と権限を確かめてください。",
    17: "渡すフォルダを作る場所に、同じ名前のファイルがあります。管理者が、そのファイルを別の場所へ移してください。",
    20: "渡すフォルダを作る場所に、フォルダでなくファイルがあります。管理者が、そのファイルを別の場所へ移してください。",
    28: "ディスクがいっぱいです。管理者が、いらないものを消して空きを作ってください。",
    30: "渡すフォルダが、書けない状態(読取り専用)になっています。管理者が、ディスクを確かめてください。",
    122: "渡すフォルダに書ける量の上限に達しています。管理者が、上限を増やすか、いらないものを消してください。",
}
SORTS = {
    "PermissionError": ERRNO[13], "FileNotFoundError": f"要るファイルが見つかりません。管理者が、ディスクとデータの場所を確かめてください。{CALL}",
    "NotADirectoryError": ERRNO[20], "FileExistsError": ERRNO[17],
    "OSError": f"ディスクか通信の誤りです。管理者が、ディスクの空きと接続を確かめてください。{CALL}",
    "OperationalError": "データベースが混んでいるか、つながりません。管理者が、データベースを確かめてから、「もう一度」を押してください。",
    "InvalidTag": f"封をした中身が、いまの鍵で開きません。管理者が、鍵束がこのデータのものかを確かめてください。{CALL}",
    "KeysMissing": f"鍵束がありません。管理者が、鍵束の控えから戻してください。{CALL}",
    "KeyUnknown": f"中身に使った鍵が、鍵束にありません。管理者が、鍵束の控えから戻してください。{CALL}",
    "PaperMissing": "職員が入れるPDFがありません。この件の画面で入れてから、「もう一度」を押してください。",
    "SealMissing": ours("書類に署名する市の電子証明書がありません。管理者が、設定してから「もう一度」を押してください。"),
    "SealUnusable": ours("書類に署名する市の電子証明書が使えません。期限とパスワードを管理者が確かめてから、「もう一度」を押してください。"),
    "Retry": "相手が受け取れないまま、やり直しの回数が終わりました。相手が動いているかを確かめてから、「もう一度」を押してください。",
    "TimeoutError": "相手の返事がありません。相手が動いているかを確かめてください。",
    "ConnectionRefusedError": "相手につながりません。相手が動いているかを確かめてください。",
    "ConnectionResetError": "相手との通信が途中で切れました。相手が動いているかを確かめてください。",
}
DISK = re.compile(r"[A-Za-z]*Error (\d{1,3})")


def cause(code: str) -> str:
    """Words for the code of what went wrong; empty for none. What the other side said in Japanese is its own words."""
    if not code or re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", code):
        return code if not code or code.endswith("。") else f"{code}。"
    if code in SAID or code in SORTS:
        return SAID.get(code) or SORTS[code]
    found = DISK.fullmatch(code)
    if found:
        return ERRNO.get(int(found[1]), SORTS["OSError"])
    begun = next((words for begin, words in BEGINS.items() if code.startswith(begin)), "")
    if begun:
        return begun
    if re.fullmatch(r"[A-Za-z_.]+", code):
        return f"プログラムの中で思わぬ誤りが起きました。{CALL}"
    return f"相手が断りました。下の符号は相手の返事です。相手に確かめてから、「もう一度」を押してください。分からないときは、{CALL}"
