import { type Operation, operations } from './document.ts'
import { SEEDS } from './seeds.ts'
import type { Stage } from './stage.ts'

/** Ids of things that exist, by the name of the path's parameter they fit. */
export type Ids = ReadonlyMap<string, readonly string[]>

/** What is no id, and no good part of a path either. */
export const ODD_NAMES = [
  'x',
  '%2e%2e%2f',
  '..%2f..%2fetc%2fpasswd',
  '%00',
  'a%00b',
  '%0d%0ax-injected:%20yes',
  '%ff%fe',
  '%',
  '%zz',
  '%F0%9F%98%80',
  '%ED%A0%80',
  '__proto__',
  'constructor',
  'a'.repeat(5000),
  '*',
  '%20',
  "';--",
]

/** Everything that routes make of their seeds, under the name of the parameter by which others ask for it. */
export async function harvest(stage: Stage): Promise<Ids> {
  const ids = new Map<string, string[]>()
  for (const operation of operations.filter(isMaker)) {
    const name = parameterBehind(operation)
    if (!name) continue
    for (const seed of SEEDS[operation.name] ?? []) {
      const { status, text } = await stage.ask(operation.path, {
        method: 'POST',
        body: JSON.stringify(withModel(seed, stage)),
      })
      const id = status < 300 ? idIn(text) : undefined
      if (id !== undefined) ids.set(name, [...(ids.get(name) ?? []), id])
    }
  }
  for (const name of ['model', 'model_id', 'modelId', 'modelIdentifier'])
    ids.set(name, [...stage.models])
  return ids
}

const withModel = (seed: unknown, { models }: Stage) => {
  const isAsked = typeof seed === 'object' && seed && 'model' in seed
  return isAsked && !models.includes(String(seed.model)) ? { ...seed, model: models[0] } : seed
}

const isMaker = ({ method, path }: Operation) => method === 'POST' && !path.includes('{')

/** `/v1/files` makes what `/v1/files/{file_id}` asks for. */
function parameterBehind({ path }: Operation): string | undefined {
  const found = operations.find((one) => one.path.startsWith(`${path}/{`))
  return found && /\{([^}]+)\}/.exec(found.path)?.[1]
}

function idIn(text: string): string | undefined {
  try {
    const { id, knowledgeBaseId } = JSON.parse(text)
    return id ?? knowledgeBaseId
  } catch {
    return undefined
  }
}

/** The route's path with things that exist in it, mostly: one in five is odd. */
export function pathTo({ path }: Operation, ids: Ids, at: number): string {
  let choice = at
  return path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const known = ids.get(name) ?? []
    const isOdd = choice % 5 === 4 || known.length === 0
    choice = Math.trunc(choice / 5)
    const options = isOdd ? ODD_NAMES : known.map(encodeURIComponent)
    const chosen = options[choice % options.length]!
    choice = Math.trunc(choice / options.length)
    return chosen
  })
}
