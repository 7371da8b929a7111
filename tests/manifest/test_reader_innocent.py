"""What looks like a slip and is none: nothing is said about it."""

from pathlib import Path

import pytest

from tutor.manifest.reader import read

ROOT = Path(__file__).parents[2]

JAPANESE = """\
# 設定ファイル：本番環境　（全角スペースあり）
# ー ハイフン、“引用” ‘’ 「」 ［］ ｛｝ ＃ １２３ ｋｅｙ：ｖａｌｕｅ
apiVersion: v1
kind: ConfigMap   # 種類：設定　# 二重
metadata:
  name: app
  annotations:
    description: これは　全角スペースを含む：説明です。
    note: “重要” なお知らせ
    title: ＡＢＣ
    multi: 一行目
      注意：二行目
      　三行目
  labels:
    app: app
data:
  キー: 値
  message: 「こんにちは」
  prefix: 全角　スペース
  num: ３
  text: |
    全角　スペース：はい
    ー 項目
    key：value
    \u00a0nbsp\u200b
    “quotes”
  folded: >-
    説明：　これは
    折り畳み
  quoted: "全角　：“x”"
  single: '　先頭'
  multi: "一行目
    注意：二行目
    　三行目"
  long: ー長音から始まる
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - name: a
          image: nginx:1.27
          args: ["--name=日本語", '全角　空白', --listen=:8080, -v, '-x']
          env:
            - name: GREETING
              value: こんにちは、世界：ようこそ！
            - {name: REGION, value: 日本　東京}
            - name: WAVE
              value: ～テスト～（仮）
"""

TEXTS = {
    "colons": "image: nginx:1.27\nurl: http://web:80/a?b=c\ntime: 12:30\nx: a:b:c\ny: ::1\n",
    "colons below": "image:\n  nginx:1.27\nvalue:\n  a:b\n",
    "colons in lists": "args:\n- name:value\n- --a:b\ncommand: [sh, -c, 'a: b']\n",
    "hyphens": "a: -Xmx512m\nb: -1\nc: --\nargs: [-v, --x]\nd:\n  -Xmx512m -Xms1g\nports: [-80]\n",
    "folded": "a: one\n  two\n  three\nb: some\n  name:thing here\n",
    "folded filter": "a: |-\n  t(\n    type:label=T,\n  )\nb: t(\n  type:label=T,\n  x)\n",
    "quotes": "a: it's\nb: 'it''s'\nc: say \"hi\"\nd: \"it's\"\ne: 5'\nf: don't 'quote' me\n",
    "apostrophe": "description: it’s “fine” – really…\nmessage: ‘x’\n",
    "prose": "note: rolling – then wait\nother: don’t stop\n",
    "brackets": "a: (b)\nc: d]\ne: f}\ng: a[0]\nh: ${X}\ni: $(Y)\nj: <b>\nk: 'x{{ y }}'\n",
    "templates in text": "a: '{{ .Values.a }}'\nb: |\n  {{- if .x }}\nc: x{{ y }}\n# {{ z }}\n",
    "fences in text": "a: |\n  ```yaml\n  b: c\n  ```\n  $ kubectl get pods\n  EOF\n  ---\n",
    "tabs": "a:\tb\nc: d\t# e\nf: |\n  x\n  \tg\nh: 'i\tj'\n",
    "comments": "#a: b\n# - c\na: b # d: e\n  # f\nc: d#e\n",
    "indentation": "a:\n- b\n-   c: 1\n    d: 2\ne:\n     f: 1\ng:\n  - h\n  -\n    i: 1\n",
    "flow over lines": "a: [\n  b,\n  c\n]\nd: {\n  e: f\n}\ng: {h: [1, {i: j}]}\n",
    "json": '{"a": "b：c　d", "e": ["－", "“x”"], "f": "\\u3000"}\n',
    "block scalars": "a: |2-\n    b\nc: >+\n  d\n\ne: |\n\n  f\n   g\n",
    "anchors": "a: &b\n  c: 1\nd: *b\ne:\n  <<: *b\n  f: 2\n",
    "words": "a: yes\nb: n\nc: null\nd: ~\ne:\nf: ''\ng: 0o10\nh: 1_000\n",
    "keys": 'a.b/c: 1\n"d e": 2\nf g: 3\n? h\n: 4\n日本: 5\n',
    "documents": "---\na: 1\n---\n\n# c\n---\nb: 2\n...\n---   # d\nc: 3\n---\n",
    "windows": "a: 1\r\nb:\r\n- c\r\n---\r\nd: |\r\n  e\r\n",
    "no end": "a: |\n  b",
    "empty": "",
    "comments only": "# 全角　コメント\n\n#\n",
    "emoji": "a: 🐘\nb: 👩‍💻\nc: '\u200b'\nd: é e\u0301\n",
    "cron": "schedule: '*/5 * * * *'\nhost: '*.example.com'\nversion: '>=1.0'\n",
    "words of prose": "description: a sentence; with — dashes\nnested:\n  description: “x”\n",
}


def test_japanese_where_it_belongs() -> None:
    manifest = read(JAPANESE)
    assert manifest.findings == ()
    assert len(manifest.documents) == 2


@pytest.mark.parametrize("name", TEXTS)
def test_no_slip(name: str) -> None:
    assert read(TEXTS[name]).findings == ()


def good() -> list[Path]:
    folders = [ROOT / "fixtures", ROOT / "tutor" / "rules" / "examples", ROOT / "tests"]
    files = [path for folder in folders for path in folder.rglob("*.yaml")]
    return [p for p in files if "mistakes" not in p.parts and "templates" not in p.parts]


def test_manifests_of_the_course_and_of_real_projects() -> None:
    files = good()
    assert len(files) > 200
    for path in files:
        assert read(path.read_bytes()).findings == (), path
