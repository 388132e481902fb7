namespace RetailOps.Faults;

/// <summary>Something that is done to a replay while it plays.</summary>
internal abstract class Fault(string name, string words)
{
    /// <summary>What is done without being asked for by name.</summary>
    public static IReadOnlyList<Fault> Usual { get; } =
        [new KilledHost(), new KilledServer(), new LostAnswers(), new LostCommits(), new LyingErp(), new SecondHost()];

    /// <summary>For the command line.</summary>
    public string Name => name;

    /// <summary>For the table.</summary>
    public string Words => words;

    /// <summary>The fault of a name; null when there is none.</summary>
    public static Fault? Named(string name) => Usual.Append(new PlantedDamage()).FirstOrDefault(f => f.Name == name);

    /// <summary>Before the replay begins. What it makes is taken back by <see cref="After"/>.</summary>
    /// <returns>The way that the replay takes to its database.</returns>
    public virtual Task<string> Before(Playing playing) => Task.FromResult(playing.Way);

    /// <summary>Beside each process of the replay, until it is gone.</summary>
    public virtual Task Beside(Playing playing, ProductProcess replay, CancellationToken gone) => Task.CompletedTask;

    /// <summary>When the replay has ended, or will not.</summary>
    public virtual Task After(Playing playing) => Task.CompletedTask;
}
