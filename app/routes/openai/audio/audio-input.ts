import { z } from '@hono/zod-openapi'
import { streamOfWhole } from '../../../codecs/bytes/byte-stream.ts'
import { addMember, noMembers } from '../../../codecs/multipart/form-members.ts'
import { locate } from '../../../dialects/media-location.ts'
import { validationError } from '../../../dialects/validation.ts'
import { amended, GatewayError } from '../../../errors.ts'
import { fetchInput } from '../../../gateway/attachments/fetch-input.ts'
import { labelsOf } from '../../../gateway/labels.ts'
import { type HeldAudio, holdAudio } from '../../../gateway/operations/held-audio.ts'
import { isForm, readForm } from '../../../http/bodies/form-body.ts'
import { checkedBody, parsedBody } from '../../../http/bodies/json-body.ts'
import { caller } from '../../../http/caller.ts'
import type { HttpContext } from '../../../http/context.ts'
import { storedFiles } from '../../../library/files/files.ts'
import { checkDeclared, missing, refused } from '../../incoming-file.ts'

/** A recording with the fields that came along, checked. */
export interface AudioInput<Fields> {
  fields: Fields
  audio: HeldAudio
  labels: Readonly<Record<string, string>>
}

/** What a JSON body holds beside the fields of a form. */
export const fileField = {
  file: z
    .string()
    .min(1)
    .describe('Base64, a data URL, an `https:` URL, an `s3://` address or `file-id:` with an id.'),
  filename: z.string().nullish().describe('Default: the name in the URL.'),
}

/**
 * Reads a recording and its fields from a form, as OpenAI's clients send it, or from JSON. Whoever gets it
 * discards the recording. Throws 400 and 413 naming the field, and leaves nothing behind then.
 */
export async function readAudio<Schema extends z.ZodObject>(
  c: HttpContext,
  schema: Schema,
): Promise<AudioInput<z.infer<Schema>>> {
  const { requestId, keyId } = caller(c)
  // Objects in S3 bear ten tags at most, and fewer letters: those of the key stay away from them.
  const labels = labelsOf({ requestId, keyId }, c.get('services'))
  return isForm(c) ? fromForm(c, schema, labels) : fromJson(c, schema, labels)
}

type Labels = Readonly<Record<string, string>>

async function fromForm<Schema extends z.ZodObject>(
  c: HttpContext,
  schema: Schema,
  labels: Labels,
): Promise<AudioInput<z.infer<Schema>>> {
  const services = c.get('services')
  checkDeclared(c, services.config.MAX_AUDIO_BYTES)
  const said = noMembers()
  let audio: HeldAudio | undefined
  try {
    await readForm(c, {
      files: ['file'],
      field: (name, value) => addMember(said, name, value),
      async take({ field, filename, contentType, body }) {
        if (field !== 'file') throw refused(`The form holds a file called "${field}".`, field)
        if (audio) throw refused('The form holds more than one file.', 'file')
        const brought = {
          body,
          name: filename,
          mediaType: contentType,
          labels: withUser(labels, said),
        }
        audio = await holdAudio(brought, services)
      },
    })
    if (!audio) throw missing('file')
    const fields = checkedFields(c, schema, said)
    return { fields, audio, labels: withUser(labels, said) }
  } catch (thrown) {
    await audio?.discard()
    throw thrown
  }
}

const withUser = (labels: Labels, { user }: Record<string, unknown>): Labels =>
  typeof user === 'string' && user !== '' ? { ...labels, user_id: user } : labels

function checkedFields<Schema extends z.ZodObject>(
  c: HttpContext,
  schema: Schema,
  said: Record<string, unknown>,
): z.infer<Schema> {
  if (typeof said['model'] === 'string') c.get('entry').model = said['model']
  const checked = schema.safeParse(said)
  if (!checked.success) throw validationError(checked.error, said)
  return checked.data
}

async function fromJson<Schema extends z.ZodObject>(
  c: HttpContext,
  schema: Schema,
  labels: Labels,
): Promise<AudioInput<z.infer<Schema>>> {
  const body = (await parsedBody(c)) as Record<string, unknown>
  const whole = schema.extend(fileField)
  const { file, filename, ...fields } = checkedBody(c, body, { schema: whole }) as {
    file: string
    filename?: string | null
  }
  const own = withUser(labels, body)
  const brought = await broughtBy(c, file)
  const name = filename ?? brought.name
  const audio = await holdAudio(
    { ...brought, ...(name && { name }), labels: own },
    c.get('services'),
  )
  return { fields: fields as z.infer<Schema>, audio, labels: own }
}

/** What a text names or holds. */
async function broughtBy(c: HttpContext, written: string) {
  const services = c.get('services')
  const { source, mediaType } = locate(written, 'file')
  if (source.kind === 'file') {
    const files = storedFiles(services, caller(c).owner)
    const file = await files.find(source.id).catch(atFile)
    const body = await files.open(file).catch(atFile)
    return { body, name: file.name, mediaType: file.mediaType }
  }
  const { bytes, name, mediaType: told } = await fetchInput(source, services, 'file')
  return { body: streamOfWhole(bytes), name, mediaType: mediaType ?? told }
}

function atFile(thrown: unknown): never {
  if (!(thrown instanceof GatewayError)) throw thrown
  throw amended(thrown, { param: 'file' })
}
