/** One line of numbers. */
interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

export interface MetricFamily {
  type: string
  help: string
  samples: Sample[]
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"/
const SUFFIXES: Record<string, string[]> = { histogram: ['_bucket', '_sum', '_count'] }

/**
 * Reads Prometheus's text format 0.0.4, and is stricter than Prometheus: every family has its help and its
 * type before its samples and stands in one place, no sample comes twice, and histograms add up. Throws.
 */
export function readPrometheusText(text: string): Map<string, MetricFamily> {
  if (!text.endsWith('\n')) throw new Error('The last line does not end.')
  const families = new Map<string, MetricFamily>()
  let open: { name: string; help: string } | undefined
  let family: MetricFamily | undefined
  const seen = new Set<string>()
  for (const line of text.slice(0, -1).split('\n')) {
    const [, kind, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (kind === 'HELP') {
      if (families.has(name!)) throw new Error(`${name} comes twice.`)
      open = { name: name!, help: rest! }
      family = undefined
    } else if (kind === 'TYPE') {
      if (open?.name !== name) throw new Error(`${name} has no help.`)
      if (!['counter', 'gauge', 'histogram'].includes(rest!)) throw new Error(`What is ${rest}?`)
      if (rest === 'counter' && !name!.endsWith('_total')) throw new Error(`${name} is no total.`)
      family = { type: rest!, help: open!.help, samples: [] }
      families.set(name!, family)
    } else {
      if (!family || !open) throw new Error(`A sample outside of a family: ${line}`)
      const sample = readSample(line)
      const names = (SUFFIXES[family.type] ?? ['']).map((suffix) => open!.name + suffix)
      if (!names.includes(sample.name)) throw new Error(`${sample.name} is none of ${open.name}.`)
      const key = JSON.stringify([sample.name, sample.labels])
      if (seen.has(key)) throw new Error(`${line} comes twice.`)
      seen.add(key)
      family.samples.push(sample)
    }
  }
  for (const [name, one] of families) if (one.type === 'histogram') checkHistogram(name, one)
  return families
}

function readSample(line: string): Sample {
  const name = NAME.exec(line)?.[0]
  if (name === undefined) throw new Error(`No sample: ${line}`)
  let rest = line.slice(name.length)
  const labels: Record<string, string> = {}
  if (rest.startsWith('{')) {
    rest = rest.slice(1)
    for (;;) {
      const [whole, label, value] = LABEL.exec(rest) ?? []
      if (whole === undefined) throw new Error(`No label: ${line}`)
      if (label! in labels) throw new Error(`A label twice: ${line}`)
      labels[label!] = value!.replace(/\\(.)/g, (_, letter) => (letter === 'n' ? '\n' : letter))
      rest = rest.slice(whole.length)
      if (!rest.startsWith(',')) break
      rest = rest.slice(1)
    }
    if (!rest.startsWith('}')) throw new Error(`Labels do not end: ${line}`)
    rest = rest.slice(1)
  }
  if (!/^ (?:[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?|\+Inf)$/.test(rest))
    throw new Error(`No value: ${line}`)
  return { name, labels, value: Number(rest.slice(1).replace('+Inf', 'Infinity')) }
}

function checkHistogram(name: string, { samples }: MetricFamily): void {
  const series = new Map<string, Sample[]>()
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels
    const key = JSON.stringify(labels)
    series.set(key, [...(series.get(key) ?? []), sample])
  }
  for (const [labels, all] of series) {
    const buckets = all.filter((one) => one.name === `${name}_bucket`)
    const bounds = buckets.map((one) => Number(one.labels['le']!.replace('+Inf', 'Infinity')))
    const rises = (numbers: number[], strictly: boolean) =>
      numbers.every(
        (one, at) => at === 0 || one > numbers[at - 1]! || (!strictly && one === numbers[at - 1]),
      )
    if (!rises(bounds, true) || bounds.at(-1) !== Number.POSITIVE_INFINITY)
      throw new Error(`The bounds of ${name} ${labels} do not rise to +Inf.`)
    if (
      !rises(
        buckets.map((one) => one.value),
        false,
      )
    )
      throw new Error(`The buckets of ${name} ${labels} do not add up.`)
    const count = all.find((one) => one.name === `${name}_count`)?.value
    if (count !== buckets.at(-1)?.value) throw new Error(`${name} ${labels} counts otherwise.`)
    if (!all.some((one) => one.name === `${name}_sum`)) throw new Error(`${name} has no sum.`)
  }
}
