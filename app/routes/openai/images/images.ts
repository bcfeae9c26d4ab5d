import { createRoute, type RouteConfig } from '@hono/zod-openapi'
import { draw } from '../../../gateway/operations/draw.ts'
import { reply } from '../../../http/answers/reply.ts'
import { isForm } from '../../../http/bodies/form-body.ts'
import { jsonBody } from '../../../http/bodies/json-body.ts'
import { caller } from '../../../http/caller.ts'
import type { HttpContext } from '../../../http/context.ts'
import { endpoint } from '../../../http/endpoint.ts'
import { ownAddress } from '../../../http/entrance/own-address.ts'
import type { ImageTask } from '../../../ports/images.ts'
import { answerHeaders } from '../../answer-contract.ts'
import { jsonRequest } from '../../json-contract.ts'
import { modelErrors } from '../error-contract.ts'
import { imageList as answerWith, inImageWords } from './image-answer.ts'
import {
  imageEditFields,
  imageEditForm,
  imageEditRequest,
  imageEvent,
  imageList,
  imageRequest,
  imageVariationFields,
  imageVariationForm,
  imageVariationRequest,
  type WireImageEdit,
  type WireImageVariation,
} from './image-contract.ts'
import { type OpenStore, PICTURES } from './image-files.ts'
import { readImageForm } from './image-form.ts'
import { type HeardImageOrder, imageOrder, sentImages } from './image-order.ts'
import { streamImages } from './image-stream.ts'

const responses = {
  200: {
    description: 'The pictures, or where asked for the events of their making.',
    headers: answerHeaders,
    content: {
      'application/json': { schema: imageList },
      'text/event-stream': { schema: imageEvent },
    },
  },
  ...modelErrors,
} satisfies RouteConfig['responses']

const MODELS_OWN =
  "Unknown fields go to the model where it knows them: `seed`, `negative_prompt`, `taskType` and the like, by the model's own names."

/** Draws pictures of words. */
export const createImage = (open: OpenStore) =>
  endpoint(
    createRoute({
      method: 'post',
      path: '/v1/images/generations',
      operationId: 'create_image',
      summary: 'Generate images',
      description: `OpenAI's images with any model that draws. ${MODELS_OWN}`,
      tags: ['Images'],
      request: { body: jsonRequest(imageRequest) },
      responses,
    }),
    (c) => {
      const services = c.get('services')
      const heard = imageOrder('generate', c.req.valid('json'), { images: [], services })
      return answer(c, heard, open)
    },
  )

/** Draws pictures anew, or parts of them. */
export const editImage = (open: OpenStore) =>
  endpoint(
    createRoute({
      method: 'post',
      path: '/v1/images/edits',
      operationId: 'edit_image',
      summary: 'Edit images',
      description: `Takes a form as OpenAI's clients send it, or JSON in which pictures are stored files, URLs or data. The mask's transparent pixels are drawn anew. ${MODELS_OWN}`,
      tags: ['Images'],
      request: {
        body: {
          required: true,
          content: {
            'multipart/form-data': { schema: imageEditForm },
            'application/json': { schema: imageEditRequest },
          },
        },
      },
      responses,
    }),
    async (c) => answer(c, await heardEdit(c), open),
  )

/** Draws pictures like another. */
export const varyImage = (open: OpenStore) =>
  endpoint(
    createRoute({
      method: 'post',
      path: '/v1/images/variations',
      operationId: 'vary_image',
      summary: 'Create variations of an image',
      description: `Takes a form as OpenAI's clients send it, or JSON in which pictures are stored files, URLs or data. ${MODELS_OWN}`,
      tags: ['Images'],
      request: {
        body: {
          required: true,
          content: {
            'multipart/form-data': { schema: imageVariationForm },
            'application/json': { schema: imageVariationRequest },
          },
        },
      },
      responses,
    }),
    async (c) => answer(c, await heardVariation(c), open),
  )

async function heardEdit(c: HttpContext): Promise<HeardImageOrder> {
  if (isForm(c)) return ofForm('edit', c)
  const body = (await jsonBody(c, imageEditRequest)) as WireImageEdit
  return imageOrder('edit', body, { ...sentImages(body), services: c.get('services') })
}

async function heardVariation(c: HttpContext): Promise<HeardImageOrder> {
  if (isForm(c)) return ofForm('vary', c)
  const body = (await jsonBody(c, imageVariationRequest)) as WireImageVariation
  return imageOrder('vary', body, { ...sentImages(body), services: c.get('services') })
}

async function ofForm(task: Exclude<ImageTask, 'generate'>, c: HttpContext) {
  const schema = task === 'edit' ? imageEditFields : imageVariationFields
  const { wire, ...sent } = await readImageForm(c, schema)
  return imageOrder(task, wire, { ...sent, services: c.get('services') })
}

async function answer(
  c: HttpContext,
  { order, responseFormat, stream }: HeardImageOrder,
  open: OpenStore,
): Promise<Response> {
  if (stream) return streamImages(c, order)
  const services = c.get('services')
  const { result, record, headers } = await draw({ order }, caller(c), services).catch(
    (thrown: unknown) => {
      throw inImageWords(thrown, order)
    },
  )
  c.get('entry').record = record
  const below = ownAddress(c) + PICTURES
  const list = await answerWith(result, order, { responseFormat, store: open(services), below })
  return reply(c, JSON.stringify(list), { headers })
}
