"""The frame of the page and how it looks: light and dark, on a wall and on a phone."""

import string

# The policy keeps the promise that nothing is fetched, whatever stands in the page.
PAGE = string.Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>$title</title>
<style>
$style</style>
</head>
<body>
$body
</body>
</html>
""")

STYLE = """\
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1d2329; --soft: #5a646e; --line: #d5dae0;
  --wash: #f4f6f8; --strong: #0b62a0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15191e; --ink: #e4e8ec; --soft: #a3adb8; --line: #3a424b;
    --wash: #1d2329; --strong: #7cc4f5;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 1000px; padding: 24px 20px 48px;
  background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
}
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 {
  font-size: 1.25rem; line-height: 1.3; margin: 44px 0 8px; padding-top: 14px;
  border-top: 1px solid var(--line);
}
h3 { font-size: 1rem; margin: 24px 0 6px; }
p { margin: 6px 0 12px; max-width: 46rem; }
a { color: var(--strong); }
nav ul {
  display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; margin: 14px 0 0;
  padding: 0;
}
dl {
  display: grid; gap: 2px 24px; margin: 10px 0;
  grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr));
}
dl div { display: flex; gap: 8px; align-items: baseline; min-width: 0; }
dt { color: var(--soft); flex: none; }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
figure { margin: 10px 0 0; }
figcaption, caption, footer, .note { color: var(--soft); font-size: .92rem; }
figcaption { margin-top: 8px; max-width: 46rem; }
img { display: block; max-width: 100%; height: auto; }
.paths { display: grid; gap: 6px; }
.pixels { image-rendering: pixelated; }
.panels {
  display: grid; gap: 18px 20px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr));
}
.multiples {
  display: grid; gap: 10px 14px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 250px), 1fr));
}
.multiples img { width: 100%; max-width: 320px; }
.panels img { width: 100%; max-width: 560px; }
footer { margin-top: 40px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: 6px; }
th, td { padding: 5px 16px 5px 0; text-align: left; vertical-align: baseline; }
thead th { color: var(--soft); font-weight: 500; font-size: .92rem; }
thead th, tbody tr { border-bottom: 1px solid var(--line); }
tbody th { font-weight: 500; }
code { font: .93em/1.4 ui-monospace, "DejaVu Sans Mono", monospace; }
details { margin: 4px 0; }
details dl { margin: 4px 0 12px 18px; }
summary { cursor: pointer; color: var(--strong); }
.cells th, .cells td { white-space: nowrap; font-size: .86rem; }
.images th, .images td { vertical-align: middle; padding: 4px 14px 4px 0; }
.images tbody tr { border-bottom: 0; }
.images tbody th { font-size: .92rem; }
.neighbours { table-layout: fixed; width: 100%; max-width: 720px; }
.neighbours th, .neighbours td { vertical-align: top; font-size: .86rem; }
.neighbours tbody th { border-right: 1px solid var(--line); }
.neighbours td, .neighbours thead th + th { padding-left: 8px; padding-right: 6px; }
.neighbours tbody td:last-child { vertical-align: bottom; }
.neighbours caption { font-weight: 600; color: var(--ink); padding: 18px 0 6px; }
.near { font-weight: 700; color: var(--ink); }
@media (max-width: 560px) {
  body { padding: 16px 12px 32px; }
  th, td { padding-right: 10px; }
  .images th, .images td { padding-right: 5px; }
  .neighbours th, .neighbours td { font-size: .74rem; }
  .neighbours td, .neighbours thead th + th { padding-left: 5px; padding-right: 0; }
}
@media print { body { max-width: none; } h2, figure, tr { break-inside: avoid; } }
"""
