import { GatewayError } from '../../errors.ts'
import type { FoundModel, ModelCard, ModelNames, Provider } from '../../ports/models.ts'
import type { Services } from '../../ports/services.ts'

interface Successor {
  found: FoundModel
  by: 'id' | 'successor'
}

interface Asked {
  services: Pick<Services, 'providers'>
  /** As a wish's. */
  mayUse?(card: ModelCard, name: string): boolean
}

/** Follows the chain of successors to a model that can be asked. Throws 404 where they are not followed. */
export async function bySuccessor(
  name: string,
  { services, mayUse }: Asked,
): Promise<Successor | undefined> {
  for (const provider of services.providers) {
    const names = provider.names?.()
    if (!names || names.successorOf(name) === undefined) continue
    const isListed = (await provider.list()).length > 0
    const again = await provider.find(name)
    // The list has just come, and has it after all.
    if (again && again.standing === undefined) return { found: again, by: 'id' }
    // Nobody could be listed, and what is called retired may well be there: its upstream will say.
    if (again && !isListed && !names.isRetired?.(name)) continue
    const found = await endOfChain(name, provider, isListed)
    if (!found) continue
    const { card } = found
    if (!names.followsSuccessors)
      throw retired(name, mayUse?.(card, card.id) === false ? '' : card.id)
    return { found, by: 'successor' }
  }
  return undefined
}

const LONGEST_CHAIN = 10

async function endOfChain(
  name: string,
  provider: Provider,
  isListed: boolean,
): Promise<FoundModel | undefined> {
  const names: ModelNames = provider.names!()
  let at = names.successorOf(name)
  for (let steps = 0; at !== undefined && steps < LONGEST_CHAIN; steps += 1) {
    const found = await provider.find(at, { configured: true })
    if (found && (found.standing === undefined || !isListed)) return found
    at = names.successorOf(at)
  }
  return undefined
}

const retired = (name: string, successor: string) =>
  new GatewayError(
    'model-not-found',
    `The model \`${name}\` has been retired.${successor && ` Use \`${successor}\` instead.`}`,
    { param: 'model', retired: true },
  )
