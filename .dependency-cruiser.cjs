/** Imports flow one way: packets → connections → causes → teardowns → (kafka | clickhouse) → services. */
const domain = "^libs/(packets|connections|causes|rates)/";
module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    { name: "lib-imports-no-service", severity: "error", from: { path: "^libs/" }, to: { path: "^(services|test)/" } },
    {
      name: "service-imports-no-service",
      severity: "error",
      from: { path: "^services/([^/]+)/" },
      to: { path: "^services/([^/]+)/", pathNot: "^services/$1/" },
    },
    {
      name: "domain-stays-pure",
      comment: "packets, connections, causes and rates know no Kafka, no ClickHouse, no Nest, no service shell",
      severity: "error",
      from: { path: domain },
      to: { path: "(^libs/(kafka|clickhouse|service)/|node_modules/(kafkajs|@clickhouse|@nestjs))" },
    },
    { name: "packets-first", severity: "error", from: { path: "^libs/packets/" }, to: { path: "^libs/(?!packets/)" } },
    {
      name: "connections-second",
      severity: "error",
      from: { path: "^libs/connections/" },
      to: { path: "^libs/(?!(connections|packets)/)" },
    },
    {
      name: "causes-third",
      severity: "error",
      from: { path: "^libs/causes/" },
      to: { path: "^libs/(?!(causes|connections|packets)/)" },
    },
    {
      name: "package-face-only",
      comment:
        "across packages only the public face (index.ts; service's command.ts and errors.ts; for tests packets' builder.ts and testing.ts) may be imported",
      severity: "error",
      from: { path: "^(libs|services|test)/([^/]+)/" },
      to: {
        path: "^libs/([^/]+)/.+",
        pathNot: [
          "^libs/[^/]+/index\\.ts$",
          "^libs/packets/builder\\.ts$",
          "^libs/[^/]+/testing\\.ts$",
          "^libs/service/(command|errors)\\.ts$",
          "^$1/$2/",
        ],
      },
    },
    {
      name: "testing-in-tests-only",
      severity: "error",
      from: { pathNot: "\\.spec\\.ts$|/(testing|fixture)/|^test/|^libs/[^/]+/testing\\.ts$" },
      to: { path: "^libs/[^/]+/testing\\.ts$" },
    },
    {
      name: "nest-only-in-query",
      severity: "error",
      from: { pathNot: "^services/query/" },
      to: { path: "node_modules/@nestjs" },
    },
  ],
  options: {
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist/" },
    enhancedResolveOptions: { conditionNames: ["source", "import", "node", "default"], exportsFields: ["exports"] },
  },
};
