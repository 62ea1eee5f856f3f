import createClient from 'openapi-fetch'
import type { components, paths } from './video.gen.js'

type Problem = components['schemas']['Error']
type Topic = components['schemas']['Request']['story_topic']

// got gives what was asked for, or fails with what the server says.
function got<T>(answer: { data?: T; error?: Problem }): T {
  if (answer.data === undefined) throw new Error(answer.error?.detail ?? 'the server does not answer as it should')
  return answer.data
}

// ofTopic logs in, has a story written and filmed with the Video API, and gives the link to the film.
export async function ofTopic(server: string, username: string, password: string, topic: string): Promise<string> {
  const video = createClient<paths>({ baseUrl: `${server}/v1` })
  const session = got(await video.POST('/auth/token', {
    body: { username, password },
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  }))
  // For half an hour; POST /auth/refresh gives another one.
  video.use({
    onRequest: ({ request }) => {
      request.headers.set('Authorization', `Bearer ${session.access_token}`)
      return request
    },
  })
  const created = got(await video.POST('/video', {
    body: { story_topic: topic as Topic, art_style: 'cinematic', duration: 'short', language: 'english', voice_name: 'nova' },
  }))
  console.error(`task ${created.task_id}`)
  for (;;) {
    const task = got(await video.GET('/video/tasks/{task_id}', {
      params: { path: { task_id: created.task_id }, header: { Prefer: 'wait=30' } },
    }))
    if (task.status === 'completed' && task.url) return task.url
    if (task.status === 'failed') throw new Error(`the film could not be made: ${task.error_message}`)
    console.error(`${Math.round(100 * task.progress)} %`)
  }
}
