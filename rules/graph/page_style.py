"""How a page of an explanation looks. Text stands out from its ground by at least 7 to 1 (WCAG 2.2, level AAA)."""

STYLE = """
:root{color-scheme:light;--ink:#1b1f24;--soft:#454d57;--line:#c9d0d8;--pale:#f4f6f8;--link:#0a3d91}
*{box-sizing:border-box;overflow-wrap:anywhere}
body{margin:0;background:#fff;color:var(--ink);font:1rem/1.5 system-ui,"Noto Sans","DejaVu Sans",sans-serif}
main,footer{max-width:56rem;margin:0 auto;padding:1.5rem 1.25rem}
footer{color:var(--soft);font-size:.8rem;border-top:1px solid var(--line)}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 1rem}
h2{font-size:1.35rem;margin:2.5rem 0 1rem;padding-top:1.5rem;border-top:2px solid var(--line)}
h3{font-size:1.05rem;margin:1.75rem 0 .5rem}
a{color:var(--link)}
:focus-visible{outline:3px solid #0a3d91;outline-offset:2px}
code,pre{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.85rem}
pre{white-space:pre-wrap;background:var(--pale);color:var(--soft);padding:.5rem .75rem;margin:.5rem 0}
.head{display:flex;flex-wrap:wrap;gap:1rem 2.5rem;margin:0 0 1rem}
.head dt{color:var(--soft);font-size:.85rem}
.head dd{margin:.15rem 0 0}
.amount{font-size:1.25rem;font-variant-numeric:tabular-nums}
.answer{display:inline-block;padding:.1rem .7rem;border-radius:1rem;border:1px solid currentColor}
.yes{background:#e5f5ea;color:#064a1e}
.no{background:#fdecea;color:#7a1610}
.open{background:#fff4d6;color:#573c00}
.contents{list-style:none;padding:0}
.contents li{display:grid;grid-template-columns:minmax(12rem,1fr) auto minmax(10rem,auto);gap:1rem;padding:.4rem 0}
.contents li{align-items:baseline;border-bottom:1px solid var(--line)}
.contents span:last-child{text-align:right;font-variant-numeric:tabular-nums}
.note{margin:.75rem 0;padding:.6rem 1rem;border-left:.3rem solid var(--line);background:var(--pale)}
.note h3{margin:0 0 .25rem}
.note ul{margin:.25rem 0;padding-left:1.25rem}
.provisional{border-color:#a35200;background:#fff6e9}
.provisional summary{font-weight:600;color:#573c00}
.provisional ul{columns:18rem}
.unmet{border-color:#a3221a;background:#fdf1f0}
details details,details .told{border-left:2px solid var(--line)}
summary{cursor:pointer;padding:.4rem .5rem;border-radius:.3rem}
summary:hover{background:var(--pale)}
details>summary:has(.value){display:flex;gap:.75rem;align-items:baseline}
details>summary:has(.value)::before{content:"▸";color:var(--soft);flex:none}
details[open]>summary:has(.value)::before{content:"▾"}
.name{flex:1}
.value{font-weight:650;text-align:right;font-variant-numeric:tabular-nums}
.told{display:flex;gap:.75rem;padding:.4rem .5rem .4rem 1.9rem}
.told em{color:var(--soft);order:1}
.told .value{order:2}
.inside{padding:0 0 .5rem 1.9rem}
.inside p{margin:.35rem 0}
.numbers{font-variant-numeric:tabular-nums}
.place{color:var(--soft);font-size:.85rem;white-space:nowrap}
.place::before{content:"· "}
.gap{color:#7a1610}
.law{color:var(--soft);font-size:.85rem}
.figures{margin:.35rem 0;padding-left:1.1rem}
.figures li{margin:.3rem 0}
.status{border:1px solid currentColor;border-radius:.7rem;padding:0 .5rem;white-space:nowrap;font-size:.8rem}
.status.verified{color:#064a1e}.status.unverified{color:#573c00}
.facts{margin-top:1.75rem}
.facts>summary .name{font-size:1.05rem;font-weight:700}
table{border-collapse:collapse;width:100%;margin:.75rem 0}
caption{text-align:left;font-weight:600;padding:.25rem 0}
th,td{text-align:left;font-weight:400;padding:.25rem .5rem;border-bottom:1px solid var(--line);vertical-align:top}
th{width:60%;color:var(--soft)}
td{font-variant-numeric:tabular-nums}
@media print{
body{font-size:10pt}main,footer{max-width:none;padding:0}
details::details-content{content-visibility:visible;display:block;block-size:auto}
summary::before{display:none}
a{color:inherit}.law a::after{content:" <" attr(href) ">";word-break:break-all}
details,.note{break-inside:avoid-page}article+article{break-before:page}
}
"""
