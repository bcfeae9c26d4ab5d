import type { ModelCard } from '../../app/ports/models.ts'

/** A model of nobody's that reads and writes text, with whatever `more` says. */
export const plainCard = (more: Partial<ModelCard> = {}): ModelCard => ({
  id: 'm',
  provider: 'test',
  owner: 'test',
  created: 0,
  input: ['text'],
  output: ['text'],
  streaming: true,
  traits: {},
  ...more,
})
