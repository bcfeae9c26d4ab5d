/** What a model is told of a tool, in the words all dialects share. */
interface Tool {
  name: string
  description: string
  parameters: Record<string, unknown>
}

const number = { type: 'number' }
const OPERATORS = ['+', '-', '*', '/', '^'] as const
type Operator = (typeof OPERATORS)[number]

/** Tools that this page runs itself. */
export const TOOLS: readonly Tool[] = [
  {
    name: 'calculate',
    description: 'Calculates with two numbers: adds, subtracts, multiplies, divides, raises.',
    parameters: {
      type: 'object',
      properties: { a: number, operator: { type: 'string', enum: OPERATORS }, b: number },
      required: ['a', 'operator', 'b'],
    },
  },
  {
    name: 'current_time',
    description: 'Tells the date and time it is now in a time zone.',
    parameters: {
      type: 'object',
      properties: {
        time_zone: { type: 'string', description: 'By its IANA name, such as Europe/Paris.' },
      },
    },
  },
]

const CALCULATIONS: Record<Operator, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': (a, b) => a ** b,
}

const RUNS: Record<string, (given: Record<string, unknown>) => string> = {
  calculate({ a, operator, b }) {
    const calculation = OPERATORS.find((one) => one === operator) ?? '+'
    return String(CALCULATIONS[calculation](Number(a), Number(b)))
  },
  current_time({ time_zone: zone }) {
    const timeZone = typeof zone === 'string' && zone !== '' ? zone : undefined
    const options = { dateStyle: 'full', timeStyle: 'long', timeZone } as const
    return new Date().toLocaleString('en-GB', options)
  },
}

/** What a call gives, in words also where it gives nothing: the model is to hear of it. */
export function runTool(name: string, json: string): string {
  const run = RUNS[name]
  if (!run) return `There is no tool ${name}.`
  try {
    return run(JSON.parse(json || '{}') as Record<string, unknown>)
  } catch (thrown) {
    return `It failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`
  }
}
