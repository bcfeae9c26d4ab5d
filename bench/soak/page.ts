import type { Sample } from './sample.ts'

/** One line of a plot. */
interface Line {
  name: string
  colour: string
  of(sample: Sample): number
}

interface Plot {
  title: string
  lines: Line[]
}

const MB = 1024 * 1024
const BLUE = '#1f6feb'
const RED = '#d1242f'
const GREEN = '#1a7f37'

const PLOTS: Plot[] = [
  {
    title: 'memory, MB',
    lines: [
      { name: 'RSS', colour: BLUE, of: ({ rss }) => rss },
      { name: 'heap in use', colour: GREEN, of: ({ heap }) => heap / MB },
      { name: 'outside the heap', colour: RED, of: ({ external }) => external / MB },
    ],
  },
  {
    title: 'handles',
    lines: [
      { name: 'descriptors', colour: BLUE, of: ({ descriptors }) => descriptors },
      { name: 'to the upstream', colour: GREEN, of: ({ upstream }) => upstream },
      { name: 'timers', colour: RED, of: ({ timers }) => timers },
    ],
  },
  {
    title: 'milliseconds of one piece of work',
    lines: [
      { name: 'median', colour: BLUE, of: ({ p50 }) => p50 },
      { name: '99 %', colour: RED, of: ({ p99 }) => p99 },
    ],
  },
  {
    title: 'pieces of work a second',
    lines: [
      { name: 'as they should be', colour: BLUE, of: ({ rate }) => rate },
      { name: 'wrong', colour: RED, of: ({ wrong }) => wrong },
    ],
  },
]

const WIDTH = 900
const HEIGHT = 200
const LEFT = 50

function drawn({ title, lines }: Plot, samples: readonly Sample[]): string {
  const last = Math.max(1, samples.at(-1)?.at ?? 1)
  const top = Math.max(1, ...lines.flatMap(({ of }) => samples.map(of))) * 1.05
  const x = (at: number) => (LEFT + (at / last) * (WIDTH - LEFT)).toFixed(1)
  const y = (value: number) => (HEIGHT - (value / top) * HEIGHT).toFixed(1)
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = y(share * top)
    return `<line x1="${LEFT}" x2="${WIDTH}" y1="${at}" y2="${at}" class="grid"/><text x="${LEFT - 6}" y="${at}" class="side">${(share * top).toPrecision(3)}</text>`
  })
  const paths = lines.map(({ colour, of }) => {
    const points = samples.map((sample) => `${x(sample.at)},${y(of(sample))}`).join(' ')
    return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="1.5"/>`
  })
  const names = lines.map(({ name, colour }) => `<b style="color:${colour}">${name}</b>`)
  const minutes = `<text x="${WIDTH}" y="${HEIGHT + 16}" class="side">${(last / 60).toFixed(1)} min</text>`
  return `<h2>${title}: ${names.join(', ')}</h2><svg viewBox="0 -10 ${WIDTH + 10} ${HEIGHT + 34}" role="img" aria-label="${title}">${grid.join('')}${paths.join('')}${minutes}</svg>`
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** One page without anything from elsewhere. `findings` are sentences. */
export function pageOf(samples: readonly Sample[], findings: readonly string[]): string {
  const list = findings.map((finding) => `<li>${escaped(finding)}</li>`).join('')
  const plots = PLOTS.map((plot) => drawn(plot, samples)).join('\n')
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Outcrop under soak</title>
<style>body{font:15px system-ui;max-width:${WIDTH + 40}px;margin:2em auto;padding:0 1em}h2{font-size:1em;margin:2em 0 .3em}
svg{width:100%}.grid{stroke:#d0d7de}.side{font-size:11px;text-anchor:end;fill:#57606a}</style>
<h1>Outcrop under soak</h1><ul>${list}</ul>${plots}</html>\n`
}
