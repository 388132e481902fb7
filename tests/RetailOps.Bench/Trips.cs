using System.Diagnostics.Metrics;
using System.IO.MemoryMappedFiles;

namespace RetailOps.Bench;

/// <summary>How often a host waited for its database: counted inside the host, read from outside through a file that both have in memory.</summary>
internal sealed class Trips : IDisposable
{
    /// <summary>Tells the host where to count.</summary>
    public const string Variable = "RETAILOPS_BENCH_TRIPS";

    private static MeterListener? listener;
    private static long counted;

    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;

    /// <param name="path">Of a file of eight bytes; made when it is missing.</param>
    public Trips(string path)
    {
        file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, sizeof(long));
        view = file.CreateViewAccessor();
    }

    /// <summary>Statements and batches that were sent and answered so far; those that only end a transaction are not among them.</summary>
    public long Count => view.ReadInt64(0);

    /// <summary>In the host, before anything else: counts from now on.</summary>
    public static void Begin(string path)
    {
        var there = new Trips(path);
        listener = new()
        {
            InstrumentPublished = (instrument, from) =>
            {
                if (instrument is { Meter.Name: "Npgsql", Name: "db.client.operation.duration" })
                {
                    from.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => there.view.Write(0, Interlocked.Increment(ref counted)));
        listener.Start();
    }

    public void Dispose()
    {
        view.Dispose();
        file.Dispose();
    }
}
