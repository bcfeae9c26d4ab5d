import { entryOf } from '../../codecs/table.ts'

/** One line of numbers: a counter, for one set of labels. */
export interface Series {
  value: number
}

/** How often something was how large, for one set of labels. */
export interface Distribution {
  /** By bucket, not summed up; the last is for what is larger than every bound. */
  counts: number[]
  sum: number
}

/** All series of one name. */
interface Family<T> {
  /** That of these labels, in the order they were declared. */
  of(...values: string[]): T
}

interface FamilyOptions {
  name: string
  /** One sentence. */
  help: string
  labels?: readonly string[]
  /** Those among them whose values others choose; beyond `mostSeries` they become `other`. */
  open?: readonly string[]
}

interface SingleOptions extends Omit<FamilyOptions, 'open'> {
  /** Of its labels. */
  values?: readonly string[]
}

export interface Registry {
  counter(options: FamilyOptions): Family<Series>
  distribution(options: FamilyOptions & { bounds: readonly number[] }): Family<Distribution>
  /** A number that is looked up when somebody wants it; undefined where there is none. */
  gauge(options: SingleOptions, read: () => number | undefined): void
  /** The same for what only grows. */
  total(options: SingleOptions, read: () => number | undefined): void
  /** In Prometheus's text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/). */
  text(): string
}

/** No real model has a name of this length. */
const LONGEST_VALUE = 256

/**
 * Numbers by name and labels. Nobody can make it grow without bound: a family of `mostSeries` counts what is
 * new under the label `other`.
 */
export function createRegistry(mostSeries = 500): Registry {
  const writers: (() => string)[] = []

  const family = <T>(options: FamilyOptions, { type, make, write }: Kind<T>): Family<T> => {
    const known = openFamily(options, { mostSeries, make })
    writers.push(() => {
      const lines = [...known.all()].map(([labels, one]) => write(options.name, labels, one))
      return lines.length === 0 ? '' : head(options, type) + lines.join('')
    })
    return known
  }
  const single = (type: 'gauge' | 'counter') => {
    return (options: SingleOptions, read: () => number | undefined) => {
      const labels = labelText(options.labels ?? [], options.values ?? [])
      writers.push(() => {
        const value = read()
        return value === undefined ? '' : head(options, type) + line(options.name, labels, value)
      })
    }
  }
  return {
    counter: (options) =>
      family<Series>(options, {
        type: 'counter',
        make: () => ({ value: 0 }),
        write: (name, labels, { value }) => line(name, labels, value),
      }),
    distribution: ({ bounds, ...options }) =>
      family<Distribution>(options, {
        type: 'histogram',
        make: () => ({ counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 }),
        write: (name, labels, one) => writeDistribution(name, labels, { bounds, ...one }),
      }),
    gauge: single('gauge'),
    total: single('counter'),
    text: () => writers.map((write) => write()).join(''),
  }
}

/** What makes one kind of numbers. */
interface Kind<T> {
  type: string
  make(): T
  write(name: string, labels: string, one: T): string
}

function openFamily<T>(
  { labels = [], open = [] }: FamilyOptions,
  { mostSeries, make }: { mostSeries: number; make(): T },
) {
  const series = new Map<string, T>()
  const put = (text: string): T => {
    const made = make()
    series.set(text, made)
    return made
  }
  return {
    all: () => series.entries(),
    of(...values: string[]): T {
      const text = labelText(labels, values)
      const known = series.get(text)
      if (known) return known
      if (series.size < mostSeries) return put(text)
      const shut = values.map((value, at) => (open.includes(labels[at]!) ? 'other' : value))
      const common = labelText(labels, shut)
      return series.get(common) ?? put(common)
    },
  }
}

/** Counts one value. */
export function observe(one: Distribution, bounds: readonly number[], value: number): void {
  let at = 0
  while (at < bounds.length && value > bounds[at]!) at++
  one.counts[at]!++
  one.sum += value
}

function labelText(names: readonly string[], values: readonly string[]): string {
  return names.map((name, at) => `${name}="${escaped(values[at] ?? '')}"`).join(',')
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' }

/** What is not text at all would break a line in some reader. */
const escaped = (value: string) =>
  value
    .slice(0, LONGEST_VALUE)
    .toWellFormed()
    .replace(/[\\"\n]/g, (letter) => entryOf(ESCAPES, letter)!)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for.
    .replace(/[\x00-\x1f\x7f]/g, '?')

const head = ({ name, help }: FamilyOptions, type: string) =>
  `# HELP ${name} ${help.replaceAll('\\', '\\\\')}\n# TYPE ${name} ${type}\n`

const line = (name: string, labels: string, value: number) =>
  `${name}${labels && `{${labels}}`} ${value}\n`

function writeDistribution(
  name: string,
  labels: string,
  { bounds, counts, sum }: Distribution & { bounds: readonly number[] },
): string {
  const before = labels && `${labels},`
  let count = 0
  let text = ''
  for (const [at, bound] of [...bounds, '+Inf'].entries()) {
    count += counts[at]!
    text += line(`${name}_bucket`, `${before}le="${bound}"`, count)
  }
  return text + line(`${name}_sum`, labels, sum) + line(`${name}_count`, labels, count)
}
