/**
 * Awaited between two stages of a request. The others that came in together with it do their last stage first, so that
 * code and data of each stage are warm from its second request on; alone, a request goes on at once.
 */
export const stage: Promise<void> | undefined = undefined
