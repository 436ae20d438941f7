import type { FastifyInstance } from "fastify";

/** The server's routes as they are registered, so that a wrong method is told apart from a wrong path. */
export class Routes {
  readonly #routes: { readonly path: RegExp; readonly methods: readonly string[] }[] = [];

  /** To be called before the first route is registered. */
  constructor(server: FastifyInstance) {
    server.addHook("onRoute", ({ url, method }) => {
      this.#routes.push({ path: pathPattern(url), methods: [method].flat() });
    });
  }

  /** The methods that this path takes, in alphabetical order; none where there is no such path. */
  methodsAt(path: string): string[] {
    const fitting = this.#routes.filter((route) => route.path.test(path));
    return [...new Set(fitting.flatMap(({ methods }) => methods))].toSorted();
  }
}

/** `/api/v1/teardowns/:id`, `/docs/assets/*` */
function pathPattern(url: string): RegExp {
  const source = url
    .replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/:[^/]+/g, "[^/]+")
    .replaceAll("*", ".*");
  return new RegExp(`^${source}$`);
}
