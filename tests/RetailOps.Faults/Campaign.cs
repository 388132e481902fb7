using System.Diagnostics;
using System.Text.Json;

using Npgsql;

namespace RetailOps.Faults;

/// <summary>Plays the same files again and again, each time under a fault, and holds every run against one that nobody disturbed.</summary>
/// <param name="scene">Where.</param>
/// <param name="arguments">Of <c>replay</c>: files and options.</param>
/// <param name="patience">How long one run may take at most.</param>
/// <param name="progress">Where it says what happens.</param>
internal sealed class Campaign(Scene scene, string[] arguments, TimeSpan patience, TextWriter progress)
{
    // A run that the database has left so often does not get on.
    private const int MostRestarts = 30;

    // The moments are chosen by how long an undisturbed run took; when this one was over sooner, it is played again.
    private const int Tries = 4;

    private static readonly string[] Cut = ["The database cannot be reached", "went away during the commit"];

    private string? database;
    private TimeSpan usual;

    /// <summary>What an undisturbed run came to; after <see cref="Undisturbed"/> or <see cref="Expect"/>.</summary>
    public JsonElement Expected { get; private set; }

    /// <summary>What the last run came to; after it came to its end.</summary>
    public JsonElement Found { get; private set; }

    /// <summary>Called with each line of progress of the replay that plays, and its process.</summary>
    public Action<ProductProcess, string>? Heard { get; set; }

    /// <summary>Plays without a fault, and keeps what it came to for the others.</summary>
    public async Task<Verdict> Undisturbed(CancellationToken ct)
    {
        var started = Playing.Now;
        await using (var first = Start(scene.Admin))
        {
            await first.Ends(ct);
            Expected = first.Figures ?? throw new InvalidOperationException($"The undisturbed replay did not come to its end: {first.Complaints}");
        }

        (usual, database) = (Stopwatch.GetElapsedTime(started), Expected.GetProperty("database").GetString()!);
        progress.WriteLine($"undisturbed: {usual.TotalSeconds:0.0} s");
        var broken = await scene.Broken(database!, ct);
        return new(0, 0, true, broken.Count, [.. Verdict.Problems(Expected), .. Verdict.Differences(Expected, Expected), .. broken]);
    }

    /// <summary>What is known otherwise, in place of an undisturbed run.</summary>
    /// <param name="figures">What every run must come to; what is not named here does not matter.</param>
    /// <param name="about">How long a run takes.</param>
    public void Expect(JsonElement figures, TimeSpan about) => (Expected, usual) = (figures, about);

    /// <summary>Plays under a fault.</summary>
    /// <param name="fault">What is done to it.</param>
    /// <param name="seed">Decides the moments.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Verdict> Run(Fault fault, int seed, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var playing = new Playing(scene, database, usual / attempt, new Random(HashCode.Combine(seed, attempt)));
            var verdict = await Run(fault, playing, ct);
            if (verdict.Strokes > 0 || verdict.Violations.Count > 0 || attempt == Tries)
            {
                progress.WriteLine($"{fault.Name} {seed}: struck {verdict.Strokes} times, started again {verdict.Restarts} times{string.Concat(verdict.Violations.Select(v => "\n  " + v))}");
                return verdict.Strokes > 0 ? verdict : verdict with { Violations = [.. verdict.Violations, "Nothing was done to it, so it proves nothing."] };
            }
        }
    }

    private async Task<Verdict> Run(Fault fault, Playing playing, CancellationToken ct)
    {
        await (database is null ? scene.Clear() : scene.Fresh(database, ct));
        var way = await fault.Before(playing);
        JsonElement? figures;
        string? complaint;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(patience);
            (figures, complaint) = await ToTheEnd(fault, playing, way, limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            (figures, complaint) = (null, $"It did not come to its end in {patience.TotalMinutes:0} minutes.");
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException or NpgsqlException)
        {
            (figures, complaint) = (null, e.Message);
        }
        finally
        {
            await fault.After(playing);
        }

        if (figures is not { } found)
        {
            return new(playing.Strokes, playing.Restarts, false, 0, [complaint!]);
        }

        Found = found;
        var (differences, broken) = (Verdict.Differences(Expected, found).ToList(), await scene.Broken(found.GetProperty("database").GetString()!, ct));
        return new(playing.Strokes, playing.Restarts, differences.Count == 0, broken.Count, [.. Verdict.Problems(found), .. differences, .. broken]);
    }

    /// <summary>Starts the same command again until it says its figures.</summary>
    private async Task<(JsonElement? Figures, string? Complaint)> ToTheEnd(Fault fault, Playing playing, string way, CancellationToken ct)
    {
        while (true)
        {
            await using var replay = Start(way);
            var figures = await Playing.Beside(
                gone => fault.Beside(playing, replay, gone),
                async () =>
                {
                    await replay.Ends(ct);
                    return replay.Figures;
                });
            if (figures is not null)
            {
                return (figures, null);
            }

            if (!replay.IsKilled && !Cut.Any(replay.Complaints.Contains))
            {
                return (null, $"It ended by itself with {replay.ExitCode}: {replay.Complaints}");
            }

            if (++playing.Restarts > MostRestarts)
            {
                return (null, $"It was started again {MostRestarts} times and did not come to its end: {replay.Complaints}");
            }

            await scene.Server.Back();
            await playing.LeasesEnd();
        }
    }

    private ProductProcess Start(string way)
    {
        var process = ProductProcess.Start(way, scene.Folder, ["replay", .. arguments]);
        process.Heard = line => Heard?.Invoke(process, line);
        return process;
    }
}
