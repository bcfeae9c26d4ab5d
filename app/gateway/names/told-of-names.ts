import { GatewayError } from '../../errors.ts'
import type { FoundModel } from '../../ports/models.ts'
import type { Services } from '../../ports/services.ts'
import { namesLike } from './list-models.ts'

/** The same error; one of an upstream that does not know a model nobody listed tells of names like it. */
export async function toldOfNames(
  thrown: unknown,
  { name, standing }: Pick<FoundModel, 'standing'> & { name: string },
  services: Services,
): Promise<unknown> {
  const isUnknown = thrown instanceof GatewayError && thrown.code === 'model-not-found'
  if (!isUnknown || standing !== 'unlisted') return thrown
  const said = /[.!?]$/.test(thrown.message) ? thrown.message : `${thrown.message}.`
  const message = said + successorIn(name, services) + (await namesLike(name, services))
  return new GatewayError('model-not-found', message, { ...thrown, cause: thrown.cause })
}

/** A sentence of who stands in for a retired model, to follow another; empty for what is not known as one. */
function successorIn(name: string, { providers }: Services): string {
  for (const provider of providers) {
    const successor = provider.names?.().successorOf(name)
    if (successor !== undefined) return ` Use \`${successor}\` instead.`
  }
  return ''
}
