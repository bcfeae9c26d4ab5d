import { mediaKind } from '../../codecs/media/media-type.ts'
import type { MediaPart, Part, Turn } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import { locate } from '../media-location.ts'
import type { WirePrompt } from './wire.ts'

/**
 * The prompts of a request, each as the turns that put it. A text and the files it is about are one prompt,
 * in the order they were written. Throws `GatewayError` naming the element at fault.
 */
export function decodePrompts(written: WirePrompt): Turn[][] {
  const prompt = written ?? ''
  if (typeof prompt === 'string') return [[alone(prompt, 'prompt')]]
  const texts = onlyTexts(prompt)
  const files = texts.filter(isAddress).length
  if (files > 0 && texts.length - files === 1) return [[together(texts)]]
  return texts.map((text, index) => [alone(text, `prompt[${index}]`)])
}

function onlyTexts(prompt: Exclude<WirePrompt, string | null>): string[] {
  return prompt.map((item, index) => {
    if (typeof item === 'string') return item
    const isWhole = prompt.every((other) => typeof other !== 'string')
    throw new GatewayError(
      'unsupported-parameter',
      'Token arrays are not supported: the models here have tokens of their own. Send the prompt as text.',
      { param: isWhole ? 'prompt' : `prompt[${index}]` },
    )
  })
}

const ADDRESS = /^(?:https?:\/\/|s3:\/\/|file-id:)\S+$/i
const DATA_URL = /^data:(?:[\w.+-]+\/[\w.+-]+(?:[;,]|$)|(?:;[^,\s]*)?,)/i

/** Whether a text is nothing but the address of a file. With blanks in it, it only speaks of one. */
const isAddress = (text: string): boolean => ADDRESS.test(text) || DATA_URL.test(text)

function alone(text: string, param: string): Turn {
  const part = isAddress(text) ? filePart(text, param, 'always') : textPart(text)
  return { role: 'user', parts: [part], param }
}

function together(texts: readonly string[]): Turn {
  const parts = texts.map((text, index) =>
    isAddress(text) ? filePart(text, `prompt[${index}]`, 'unless-read') : textPart(text),
  )
  return { role: 'user', parts, param: 'prompt' }
}

const textPart = (text: string): Part => ({ type: 'text', text })

function filePart(text: string, param: string, asText: MediaPart['asText']): MediaPart {
  const { source, mediaType } = locate(text, param)
  const type = mediaType === undefined ? 'document' : mediaKind(mediaType)
  return { type, source, param, asText, ...(mediaType && { mediaType }) }
}
