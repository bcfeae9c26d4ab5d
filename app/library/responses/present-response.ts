import type { ResponseJobs } from './response-jobs.ts'
import type { KeptResponse, StoredResponses } from './stored-responses.ts'

/** A response as it is now. */
interface PresentResponse {
  response: KeptResponse
  /** Somebody works on it. */
  isRunning: boolean
  /** It never ended, and nobody works on it any more: its server died. */
  isLost: boolean
}

/** Throws `not-found`. */
export async function presentResponse(
  id: string,
  { responses, jobs }: { responses: StoredResponses; jobs: ResponseJobs },
): Promise<PresentResponse> {
  const response = await responses.retrieve(id)
  if (!isOpen(response)) return { response, isRunning: false, isLost: false }
  if (await jobs.isAlive(id)) return { response, isRunning: true, isLost: false }
  // Between our two looks it may have come to its end.
  const latest = await responses.retrieve(id)
  return { response: latest, isRunning: false, isLost: isOpen(latest) }
}

const isOpen = ({ status }: KeptResponse) => status === 'queued' || status === 'in_progress'
