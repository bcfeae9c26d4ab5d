import { errorReply } from '../../dialects/anthropic-messages/wire-reply.ts'
import { jsonAnswer } from '../json-contract.ts'

export const fileError = (description: string) => jsonAnswer(description, errorReply)

/** What requests about files may end with, in Anthropic's envelope. */
export const fileErrors = {
  400: fileError('The request is not valid.'),
  401: fileError('The API key is missing or wrong.'),
  403: fileError('The caller may not do this.'),
  404: fileError('No such file.'),
  413: fileError('The file is too large.'),
  429: fileError('Too many requests.'),
  500: fileError('Something broke here; the log knows what.'),
  502: fileError('The store of files could not be reached.'),
  503: fileError('No store of files is configured.'),
  529: fileError('The store of files is busy.'),
}
