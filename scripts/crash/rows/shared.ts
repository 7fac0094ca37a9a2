/** What goes to a database that several machines share, and what of it is noted here. */
import type { Changing } from "../changing.ts";
import { Database } from "../database.ts";
import { set } from "../sights.ts";
import type { World } from "../world.ts";

const databases = new WeakMap<World, Database>();

function databaseOf(world: World): Database {
  const found = databases.get(world);
  if (found === undefined) throw new Error("this machine has no database");
  return found;
}

/** A database that is there and was never used from here. */
function withDatabase(more: (world: World) => void = () => {}): (world: World) => void {
  return (world) => {
    const tables = (url: string): string => {
      world.variables["BERTH_SHARED_URL"] = url;
      return world.must("shared", "init", "--print", "--grant", "app");
    };
    world.isShared = true;
    databases.set(world, world.parts.use(new Database(tables)));
    more(world);
  };
}

const begin = (world: World) => databaseOf(world).reset();

const valueOf = (world: World, id: string) => world.call("get", "--session-id", id, "a").out.trim();

/** Where the session is, and what is kept of it in each place. */
const places = (world: World) => {
  const listed = JSON.parse(world.must("list", "--json")).sessions as { id: string }[];
  return [
    listed.map(({ id }) => id).filter((id) => id.includes("work")).sort(),
    valueOf(world, "work"),
    valueOf(world, "team--work"),
  ];
};

const copy = (to: string) => (world: World) => {
  world.call("shared", "copy", to === "shared" ? "work" : "team--work", "--to", to);
  return places(world);
};

export const SHARED: readonly Changing[] = [
  {
    name: "set, shared for the first time",
    args: ["set", "--session-id", "team--x", "a", "1"],
    prepare: (world) => {
      withDatabase()(world);
      // Whoever has the URL notes it here, too.
      delete world.variables["BERTH_SHARED_URL"];
    },
    begin,
    variables: (world) => ({ BERTH_SHARED_URL: databaseOf(world).url }),
    memory: true,
    // And where it is there, whether it is known without the URL that such a session is not of this machine.
    see: (world) => {
      const state = "select body::jsonb->'sharedState' from berth.documents where name like 'sessions/%'";
      const there = databaseOf(world).sql(state);
      return [there, there === "" ? null : world.call("get", "--session-id", "team--x", "a").status];
    },
    // Kept there, and not noted here: the next call notes it.
    between: () => ['{"a": "1"}', 1],
  },
  {
    name: "shared copy there",
    elsewhere: true,
    args: ["shared", "copy", "work", "--to", "shared"],
    prepare: withDatabase((world) => {
      set("a", "1")(world);
      world.must("reset", "--session-id", "work");
      set("a", "2")(world);
    }),
    begin,
    see: places,
    // In both: the same command goes on.
    between: copy("shared"),
  },
  {
    name: "shared copy back",
    elsewhere: true,
    args: ["shared", "copy", "team--work", "--to", "local"],
    prepare: withDatabase((world) => {
      world.must("set", "--session-id", "team--work", "a", "1");
      world.must("reset", "--session-id", "team--work");
      world.must("set", "--session-id", "team--work", "a", "2");
    }),
    begin,
    see: places,
    between: copy("local"),
  },
  {
    name: "publish",
    elsewhere: true,
    args: ["publish"],
    prepare: withDatabase(set("a", "1")),
    begin,
    see: (world) => databaseOf(world).sql("select session from berth.published order by session"),
  },
];
