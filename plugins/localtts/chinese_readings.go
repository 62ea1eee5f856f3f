package localtts

import (
	"strings"
	"unicode/utf8"
)

// The ideographs that have several readings, in the words that decide between them. A dash stands for
// a character whose usual reading is right. espeak-ng reads character by character.
var polyphones = readingTable(`
银行 - hang2; 行业 hang2 -; 行列 hang2 -; 同行 - hang2; 排行 - hang2; 长大 zhang3 -; 成长 - zhang3; 生长 - zhang3
增长 - zhang3; 长辈 zhang3 -; 长老 zhang3 -; 长出 zhang3 -; 长得 zhang3 -; 长满 zhang3 -; 校长 - zhang3
船长 - zhang3; 队长 - zhang3; 市长 - zhang3; 村长 - zhang3; 家长 - zhang3; 部长 - zhang3; 院长 - zhang3
了解 liao3 -; 了不起 liao3 - -; 受不了 - - liao3; 不得了 - de2 liao3; 忘不了 - - liao3; 少不了 - - liao3
认为 - wei2; 成为 - wei2; 以为 - wei2; 作为 - wei2; 行为 - wei2; 称为 - wei2; 分为 - wei2; 变为 - wei2
为难 wei2 -; 重新 chong2 -; 重复 chong2 -; 重逢 chong2 -; 重建 chong2 -; 重来 chong2 -; 重返 chong2 -
还给 huan2 -; 归还 - huan2; 还钱 huan2 -; 还债 huan2 -; 交还 - huan2; 睡觉 - jiao4; 午觉 - jiao4
音乐 - yue4; 乐器 yue4 -; 乐队 yue4 -; 乐曲 yue4 -; 乐声 yue4 -; 得到 de2 -; 获得 - de2; 取得 - de2
赢得 - de2; 得知 de2 -; 得意 de2 -; 难得 - de2; 得了 de2 -; 得救 de2 -; 值得 - de2; 懂得 - de2; 总得 - dei3
地方 di4 -; 大地 - di4; 土地 - di4; 地球 di4 -; 地上 di4 -; 地下 di4 -; 地面 di4 -; 天地 - di4; 草地 - di4
陆地 - di4; 地图 di4 -; 地点 di4 -; 地区 di4 -; 地板 di4 -; 地铁 di4 -; 各地 - di4; 当地 - di4; 目的地 - di4 di4
山地 - di4; 地位 di4 -; 地震 di4 -; 地道 di4 -; 地狱 di4 -; 地平线 di4 - -; 田地 - di4; 雪地 - di4; 空地 kong4 di4
目的 - di4; 的确 di2 -; 着急 zhao2 -; 睡着 - zhao2; 着火 zhao2 -; 着迷 zhao2 -; 穿着 - zhuo2; 沉着 - zhuo2
首都 - du1; 都市 du1 -; 成都 - du1; 都城 du1 -; 便宜 pian2 yi2; 一只 - zhi1; 两只 - zhi1; 三只 - zhi1
几只 - zhi1; 这只 - zhi1; 那只 - zhi1; 每只 - zhi1; 只身 zhi1 -; 头发 - fa4; 理发 - fa4; 白发 - fa4
爱好 - hao4; 好奇 hao4 -; 好学 hao4 -; 打中 - zhong4; 命中 - zhong4; 看中 - zhong4; 击中 - zhong4
种地 zhong4 di4; 种植 zhong4 -; 种田 zhong4 -; 种下 zhong4 -; 种花 zhong4 -; 种树 zhong4 -; 上当 - dang4
当作 dang4 -; 适当 - dang4; 干活 gan4 -; 干什么 gan4 - -; 能干 - gan4; 树干 - gan4; 干净 gan1 -; 干燥 gan1 -
朝阳 zhao1 -; 今朝 - zhao1; 王朝 - chao2; 朝着 chao2 -; 传说 chuan2 -; 传记 zhuan4 -; 自传 - zhuan4
灾难 - nan4; 苦难 - nan4; 测量 - liang2; 有空 - kong4; 空闲 kong4 -; 几乎 ji1 -; 西藏 - zang4; 宝藏 - zang4
转动 zhuan4 -; 弹琴 tan2 -; 子弹 - dan4; 照相 - xiang4; 相片 xiang4 -; 真相 - xiang4; 答应 - ying4
反应 - ying4; 回应 - ying4; 适应 - ying4; 放假 - jia4; 假期 jia4 -; 背着 bei1 -; 结实 jie1 -; 角色 jue2 -
到处 - chu4; 好处 - chu4; 远处 - chu4; 深处 - chu4; 处理 chu3 -; 处于 chu3 -; 调查 diao4 -; 强调 - diao4
语调 - diao4; 散步 san4 -; 似的 shi4 -; 少年 shao4 -; 少女 shao4 -; 尽管 jin3 -; 勉强 - qiang3; 曾经 ceng2 -
摔倒 - dao3; 跌倒 - dao3; 倒下 dao3 -; 吓倒 - dao3; 钥匙 yao4 -; 薄雾 bo2 -; 露出 lu4 -; 模样 mu2 -; 盛饭 cheng2 -
`)

const longestPolyphone = 3

func readingTable(table string) map[string][]string {
	m := map[string][]string{}
	for _, entry := range strings.FieldsFunc(table, func(r rune) bool { return r == ';' || r == '\n' }) {
		f := strings.Fields(entry)
		m[f[0]] = f[1:]
	}
	return m
}

// falling are common characters of the fourth tone, before which 不 and 一 are said with the second.
const falling = `是会要在去对错到够看过用必但断论见坏大太快愿怕信像认让幸变个样次座件片块切路段句夜道阵步部颗刻下半辆对`

// chineseReadings gives the pinyin of each word whose reading follows from its neighbours, else "".
func chineseReadings(words []word) []string {
	characters := make([]string, len(words))
	for i, w := range words {
		// A word with a character before its punctuation may begin a pair, one after it may end one.
		characters[i] = strings.TrimFunc(plain(w.text), func(r rune) bool { return !sounds(r) })
	}
	readings := make([]string, len(words))
	for i := 0; i < len(words); i++ {
		for length := longestPolyphone; length > 1; length-- {
			if i+length > len(words) || closed(words[i:i+length]) {
				continue
			}
			if found, ok := polyphones[strings.Join(characters[i:i+length], "")]; ok {
				for j, reading := range found {
					if reading != "-" {
						readings[i+j] = reading
					}
				}
				break
			}
		}
		if i+1 < len(words) && !closed(words[i:i+2]) && readings[i] == "" && characters[i+1] != "" && utf8.RuneCountInString(characters[i+1]) == 1 {
			before4 := strings.Contains(falling, characters[i+1])
			switch {
			case characters[i] == "不" && before4:
				readings[i] = "bu2"
			case characters[i] == "一" && before4 && (i == 0 || !strings.Contains("第十百千零二三四五六七八九", characters[i-1]) || characters[i-1] == ""):
				readings[i] = "yi2"
			}
		}
	}
	return readings
}

// closed tells whether punctuation stands between the words.
func closed(words []word) bool {
	for i, w := range words {
		first, _ := utf8.DecodeRuneInString(w.text)
		if i > 0 && !sounds(first) || i < len(words)-1 && !sounds(lastRune(w.text)) {
			return true
		}
	}
	return false
}
