import { errorReply } from '../../dialects/anthropic-messages/wire-reply.ts'

const error = (description: string) => ({
  description,
  content: { 'application/json': { schema: errorReply } },
})

/** What requests about files may end with, in Anthropic's envelope. */
export const fileErrors = {
  400: error('The request is not valid.'),
  401: error('The API key is missing or wrong.'),
  403: error('The caller may not do this.'),
  404: error('No such file.'),
  413: error('The file is too large.'),
  429: error('Too many requests.'),
  500: error('Something broke here; the log knows what.'),
  502: error('The store of files could not be reached.'),
  503: error('No store of files is configured.'),
  529: error('The store of files is busy.'),
}
