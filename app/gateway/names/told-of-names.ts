import { GatewayError } from '../../errors.ts'
import type { FoundModel, ModelCard } from '../../ports/models.ts'
import type { Services } from '../../ports/services.ts'
import { isThere, namesLike } from './resolve-model.ts'

/** What was asked for, and by whom. */
interface Unknown extends Pick<FoundModel, 'standing'> {
  name: string
  mayUse?(card: ModelCard, name: string): boolean
}

/** The same error; one of an upstream that does not know a model nobody listed tells of names like it. */
export async function toldOfNames(
  thrown: unknown,
  { name, standing, mayUse }: Unknown,
  services: Services,
): Promise<unknown> {
  const isUnknown = thrown instanceof GatewayError && thrown.code === 'model-not-found'
  if (!isUnknown || standing !== 'unlisted') return thrown
  const said = /[.!?]$/.test(thrown.message) ? thrown.message : `${thrown.message}.`
  const successor = await successorIn(name, services, { mayUse })
  const message = said + successor + (await namesLike(name, services, { mayUse }))
  return new GatewayError('model-not-found', message, { ...thrown, cause: thrown.cause })
}

/** A sentence of who stands in for a retired model, to follow another; empty for what is not known as one. */
async function successorIn(
  name: string,
  services: Services,
  caller: Pick<Unknown, 'mayUse'>,
): Promise<string> {
  for (const provider of services.providers) {
    const successor = provider.names?.().successorOf(name)
    if (successor !== undefined && (await isThere(successor, services, caller)))
      return ` Use \`${successor}\` instead.`
  }
  return ''
}
