namespace RetailOps.ArchitectureTests;

/// <summary>Who may see whom, as data. A project that fits no line has no place yet: give it one here, with the reason in docs/decisions.</summary>
internal static class Walls
{
    private enum Room
    {
        StandIn,
        Kernel,
        Abstractions,
        Contracts,
        EngineContracts,
        Platform,
        Engine,
        Module,
        Console,
        Host,
        Migrator,
        Client,
        Tool,
        Testing,
        TestChild,
        Suite,
        ArchitectureTests,
    }

    private static readonly Dictionary<Room, Room[]> MaySee = new()
    {
        [Room.StandIn] = [],
        [Room.Kernel] = [],
        [Room.Abstractions] = [Room.Kernel, Room.StandIn],
        [Room.Contracts] = [Room.Kernel, Room.StandIn],
        [Room.EngineContracts] = [Room.Kernel, Room.StandIn],
        [Room.Platform] = [Room.Kernel, Room.StandIn, Room.Abstractions],
        [Room.Engine] = [Room.Kernel, Room.StandIn, Room.Abstractions, Room.Platform, Room.EngineContracts],
        [Room.Module] = [Room.Kernel, Room.StandIn, Room.Abstractions, Room.Platform, Room.Contracts, Room.EngineContracts],
        [Room.Console] = [Room.Kernel, Room.StandIn, Room.Platform, Room.Contracts, Room.EngineContracts],
        [Room.Migrator] = [],
        [Room.Client] = [Room.Tool],
        [Room.Tool] = [],
        [Room.Host] =
        [
            Room.Kernel, Room.StandIn, Room.Abstractions, Room.Platform, Room.Engine, Room.EngineContracts, Room.Contracts, Room.Module, Room.Console,
            Room.Migrator,
        ],
        [Room.Testing] = [Room.Kernel, Room.StandIn, Room.Abstractions, Room.Platform, Room.Engine, Room.EngineContracts, Room.Contracts, Room.Host, Room.Migrator],
        [Room.TestChild] = [Room.Kernel, Room.StandIn, Room.Abstractions, Room.Platform, Room.Testing],
        [Room.Suite] = [Room.Testing, Room.TestChild],
        [Room.ArchitectureTests] = [Room.Host, Room.Client],
    };

    /// <summary>Projects that see the base class library and nothing else from outside: what all others build upon.</summary>
    private static readonly Room[] Bare = [Room.StandIn, Room.Kernel, Room.Abstractions, Room.Contracts, Room.EngineContracts];

    /// <summary>What the ProjectReference lines say.</summary>
    public static IEnumerable<string> ProjectReferences(World world)
    {
        var rooms = world.Projects.ToDictionary(p => p.Name, RoomOf);
        foreach (var project in world.Projects)
        {
            if (RoomOf(project) is not { } room)
            {
                yield return $"{project.Path}: no rule says what this project may see.";
                continue;
            }

            foreach (var seen in project.ProjectReferences.Where(seen => !Permits(project.Name, room, seen, rooms)))
            {
                yield return $"{project.Path}: {project.Name} must not see {seen}.";
            }

            if (Bare.Contains(room))
            {
                foreach (var package in project.PackageReferences)
                {
                    yield return $"{project.Path}: {project.Name} sees the base class library only, not {package}.";
                }
            }

            if (room != Room.Platform)
            {
                foreach (var package in project.PackageReferences.Where(p => p.StartsWith("Hangfire", StringComparison.Ordinal)))
                {
                    yield return $"{project.Path}: {package} is Platform's; only Platform/Jobs speaks to it.";
                }
            }
        }
    }

    /// <summary>What the compiled assemblies say: a reference that came in through another project counts too.</summary>
    /// <param name="world">Gives the projects and their rooms.</param>
    /// <param name="references">Assembly name and the name of an assembly that its metadata refers to.</param>
    public static IEnumerable<string> AssemblyReferences(World world, IEnumerable<(string From, string To)> references)
    {
        var rooms = world.Projects.ToDictionary(p => p.Name, RoomOf);
        foreach (var (from, to) in references)
        {
            if (rooms.GetValueOrDefault(from) is not { } room)
            {
                continue;
            }

            if (rooms.ContainsKey(to) ? !Permits(from, room, to, rooms) : Bare.Contains(room) && to != "System" && !to.StartsWith("System.", StringComparison.Ordinal))
            {
                yield return $"{from}.dll must not see {to}.";
            }
        }
    }

    /// <summary>Only a project's own suite may be its friend.</summary>
    public static IEnumerable<string> Friends(World world) =>
        from project in world.Projects
        from friend in project.Friends.Concat(
            world.Sources.Where(s => s.Project == project).SelectMany(s => Patterns.Friend().Matches(s.Uncommented).Select(m => m.Groups[1].Value)))
        where friend.Replace("$(MSBuildProjectName)", project.Name, StringComparison.Ordinal)
            .Replace("$(AssemblyName)", project.Name, StringComparison.Ordinal) != project.Name + ".Tests"
        select $"{project.Path}: internals are visible to {friend}; only {project.Name}.Tests may see them.";

    /// <summary>Projects whose assemblies are part of the product.</summary>
    public static IEnumerable<Project> Product(World world) => world.Projects.Where(p => !p.Path.StartsWith("tests/", StringComparison.Ordinal) && !p.Path.StartsWith("tools/", StringComparison.Ordinal));

    private static bool Permits(string from, Room room, string to, Dictionary<string, Room?> rooms) =>
        rooms.GetValueOrDefault(to) is { } other && (MaySee[room].Contains(other) || (room == Room.Suite && from == to + ".Tests"));

    private static Room? RoomOf(Project project) => project.Path.Split('/') switch
    {
        ["src", var name, _] => name switch
        {
            "MediatR.Contracts" => Room.StandIn,
            "RetailOps.Kernel" => Room.Kernel,
            "RetailOps.Workflows.Abstractions" => Room.Abstractions,
            "RetailOps.Workflows.Contracts" => Room.EngineContracts,
            "RetailOps.Integration.Contracts" or "RetailOps.Intelligence.Contracts" => Room.Contracts,
            "RetailOps.Platform" => Room.Platform,
            "RetailOps.Workflows" => Room.Engine,
            "RetailOps.Integration" or "RetailOps.Intelligence" => Room.Module,
            "RetailOps.Console" => Room.Console,
            "RetailOps.Client" => Room.Client,
            "RetailOps.Host" => Room.Host,
            _ => null,
        },
        ["modules", var module, var name, _] when name == $"RetailOps.{module}" => Room.Module,
        ["modules", var module, var name, _] when name == $"RetailOps.{module}.Contracts" => Room.Contracts,
        ["db", "RetailOps.Migrator", _] => Room.Migrator,
        ["tools", "RetailOps.ClientGenerator", _] => Room.Tool,
        ["tests", "RetailOps.Testing", _] => Room.Testing,
        ["tests", "RetailOps.TestChild", _] => Room.TestChild,
        ["tests", "RetailOps.ArchitectureTests", _] => Room.ArchitectureTests,
        ["tests", "RetailOps.Scenarios" or "RetailOps.Bench" or "RetailOps.Faults", _] => Room.Suite,
        ["tests", var name, _] when name.StartsWith("RetailOps.", StringComparison.Ordinal) && name.EndsWith(".Tests", StringComparison.Ordinal) => Room.Suite,
        _ => null,
    };
}
