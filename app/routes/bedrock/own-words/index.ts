import type { BesideChat } from '../../../ports/native.ts'
import { canvas } from './canvas.ts'
import { cohereVectors3, cohereVectors4 } from './cohere-vectors.ts'
import { cohereDocuments, documents } from './documents.ts'
import type { Body, OwnForm } from './form.ts'
import { marengoVectors3, marengoVectors27 } from './marengo-vectors.ts'
import { novaVectors } from './nova-vectors.ts'
import { stability } from './stability.ts'
import { titanMultimodal, titanVectors1, titanVectors2 } from './titan-vectors.ts'

/** From the special to the general. */
const FORMS: readonly OwnForm[] = [
  titanVectors1,
  titanMultimodal,
  novaVectors,
  marengoVectors27,
  marengoVectors3,
  titanVectors2,
  cohereVectors3,
  cohereVectors4,
  cohereDocuments,
  documents,
  canvas,
  stability,
]

/** The form of a body: that of the model's name, else the one it looks like; undefined for what nobody knows. */
export function ownForm(operation: BesideChat, id: string, body: Body): OwnForm | undefined {
  const forms = FORMS.filter((form) => form.operation === operation)
  return forms.find(({ ids }) => ids.test(id)) ?? forms.find((form) => form.knows(body))
}
