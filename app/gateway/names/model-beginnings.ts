import type { ModelCard } from '../../ports/models.ts'

/**
 * The ids by whose beginning an operator may mean a model: its own, without the geography of a profile, and that
 * of the one model an ARN or an application's profile leads to.
 */
export function idsOf({ id, leadsTo }: Pick<ModelCard, 'id' | 'leadsTo'>): string[] {
  const ids = [id, id.slice(id.indexOf('.') + 1)]
  if (Array.isArray(leadsTo) && leadsTo.length === 1) ids.push(leadsTo[0])
  return ids
}
