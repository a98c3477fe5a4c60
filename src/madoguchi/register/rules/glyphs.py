"""Shapes of one character (異体字): 髙 and 高, 﨑 and 崎. A difference of shape is shown as such and not as a difference.

Written from the 康熙字典体 in brackets of the 常用漢字表 (内閣告示) and the shapes that names and places use. Not the whole
of the 縮退マップ (62,682 rows, CC BY-SA): what is missing here shows as a difference, which a person then looks at. 斎 and
斉 are two characters and stay two.
"""

from __future__ import annotations

import unicodedata

# The first of each group is the common shape.
GROUPS = """
亜亞 悪惡 圧壓 囲圍 医醫 為爲 壱壹 隠隱 栄榮 営營 衛衞 駅驛 円圓 塩鹽 縁緣 応應 桜櫻 奥奧 横橫 欧歐 殴毆 黄黃 温溫 仮假 価價 画畫 会會
壊壞 絵繪 拡擴 殻殼 覚覺 学學 岳嶽 楽樂 渇渴 巻卷 陥陷 勧勸 寛寬 歓歡 関關 観觀 気氣 帰歸 亀龜 偽僞 戯戲 犠犧 旧舊 拠據 挙擧 峡峽
挟挾 狭狹 郷鄕 暁曉 区區 駆驅 勲勳 薫薰 径徑 恵惠 渓溪 経經 継繼 茎莖 蛍螢 軽輕 鶏鷄 芸藝 撃擊 県縣 倹儉 剣劍劔劒 検檢 権權 献獻
圏圈 険險 験驗 顕顯 厳嚴 広廣 効效 恒恆 鉱鑛 号號 国國圀 黒黑 済濟 砕碎 斎齋斋 剤劑 桟棧 蚕蠶 賛贊 残殘 糸絲 歯齒 児兒 辞辭 湿濕
実實 舎舍 写寫 釈釋 寿壽 収收 従從 渋澁澀 獣獸 縦縱 粛肅 処處 叙敍敘 将將 称稱 渉涉 焼燒 証證 奨奬 条條 状狀 乗乘 浄淨 剰剩
畳疊疉 縄繩 壌壤 嬢孃 譲讓 醸釀 触觸 嘱囑 真眞 寝寢 慎愼 尽盡 図圖 粋粹 酔醉 穂穗 随隨 髄髓 枢樞 数數 瀬瀨 声聲 斉齊 静靜 窃竊
摂攝 専專 浅淺 戦戰 践踐 銭錢 潜潛 繊纖 禅禪 曽曾 双雙 壮壯 争爭 荘莊 捜搜 挿插 巣巢 装裝 総總 騒騷 増增 蔵藏 臓臟 即卽 属屬
続續 堕墮 対對 体體 帯帶 滞滯 台臺 滝瀧 択擇 沢澤 担擔 単單 胆膽 団團 断斷 弾彈 遅遲 痴癡 虫蟲 昼晝 鋳鑄 庁廳 聴聽 徴徵 鎮鎭
逓遞 鉄鐵鉃銕 点點 転轉 伝傳 党黨 盗盜 灯燈 当當 闘鬪 徳德悳 独獨 読讀 届屆 弐貳 悩惱 脳腦 覇霸 拝拜 廃廢 売賣 麦麥 発發 髪髮
抜拔 蛮蠻 秘祕 浜濱濵 瓶甁 仏佛 払拂 並竝 変變 辺邊邉 弁辨瓣辯 宝寶寳 豊豐 翻飜 万萬 満滿 黙默 弥彌 訳譯 薬藥 与與 余餘 誉譽
予豫 揺搖 様樣 謡謠 来來 頼賴 乱亂 覧覽 竜龍 両兩 猟獵 緑綠 涙淚 塁壘 励勵 礼禮 霊靈 齢齡 隷隸 恋戀 炉爐 労勞 楼樓 湾灣
高髙 崎﨑嵜 吉𠮷 島嶋嶌 峰峯 富冨 桑桒 柳栁 館舘 橋槗 淵渕 梅楳 松枩枀 柏栢 土圡 昇曻 船舩 達逹 柿柹 宮宫 兎兔 鴎鷗 芦蘆 涼凉 群羣
秋穐秌 略畧 雑雜 煙烟 巌巖 野埜 翠翆 晃晄 喜㐂 鶴靏靍 祢禰 槙槇 遥遙 尭堯 瑶瑤 凜凛 熙煕凞 晋晉 桧檜 籠篭 蛎蠣 鯵鰺 竃竈 壷壺 頚頸
砺礪 撹攪 侭儘 薮藪 蝋蠟 頬頰 昂昻 亘亙 沖冲 況况 決决 須湏 場塲 彦彥 産產 顔顏 清淸 青靑 尚尙 内內 強强 税稅 説說 悦悅 脱脫 鋭銳
戸戶 戻戾 教敎 隣鄰 既旣 概槪 郎郞 録錄 呉吳 娯娛 虚虛 研硏 併倂 歩步 歳歲 絶絕 姫姬 麹麴
"""
_TO_COMMON = {other: group[0] for group in GROUPS.split() for other in group[1:]}


def common(char: str) -> str:
    """The common shape of a character. Compatibility ideographs (神, 都 …) are canonically the common one (Unicode)."""
    if "\uf900" <= char <= "\ufaff" or "\U0002f800" <= char <= "\U0002fa1f":
        char = unicodedata.normalize("NFC", char)
    return _TO_COMMON.get(char, char)
