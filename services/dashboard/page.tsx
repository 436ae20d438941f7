import { Alerts } from "./parts/alerts.tsx";
import { Banner } from "./parts/banner.tsx";
import { Empty } from "./parts/empty.tsx";
import { Filters } from "./parts/filters.tsx";
import { Header } from "./parts/header.tsx";
import { History } from "./parts/history.tsx";
import { Table } from "./parts/table.tsx";
import { Totals } from "./parts/totals.tsx";
import { choices } from "./state/choices.ts";
import { figures, trouble, type FiguresOnPage } from "./state/figures.ts";

export function Page() {
  const answer = figures.value;
  const old = trouble.value !== null;
  return (
    <>
      <Header />
      <main aria-busy={answer?.choices !== choices.value}>
        <Banner />
        {answer && <Alerts alerts={answer.alerts} now={answer.time} />}
        <Filters />
        {answer && (
          <div class={old ? "figures old" : "figures"}>
            {isEmpty(answer) ? <Empty /> : <FiguresPart answer={answer} />}
          </div>
        )}
      </main>
      <footer>
        <a href="docs">API</a>
        <a href="guide/README.md">Guide</a>
        <span>
          A rate is shown with what it is a share of. Benign resets, such as a web server's shortcut, are not in the
          abnormal rate.
        </span>
      </footer>
    </>
  );
}

function FiguresPart({ answer }: { readonly answer: FiguresOnPage }) {
  const { totals } = answer.totals;
  return (
    <>
      <Totals totals={totals} />
      <History answer={answer.series} teardowns={totals.teardowns} />
      <Table answer={answer.table} groups={answer.choices.groups} />
    </>
  );
}

function isEmpty({ totals }: FiguresOnPage): boolean {
  return totals.totals.teardowns + totals.totals.attempts + totals.totals.orphan_resets === 0;
}
