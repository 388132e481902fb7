using System.Diagnostics;
using System.Globalization;

namespace RetailOps.Bench;

/// <summary>What is measured on, and what it costs there.</summary>
internal static class Machine
{
    public static string Describe()
    {
        var model = Read("/proc/cpuinfo").Split('\n').FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[^1].Trim();
        var load = Read("/proc/loadavg").Split(' ')[0];
        return $"{Environment.ProcessorCount} cores ({model ?? "unknown"}), load {load} at the end, .NET {Environment.Version}, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}";
    }

    /// <summary>Processor time of this process so far, in seconds.</summary>
    public static double HostSeconds() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    /// <summary>Processor time of a server's processes so far, in seconds; 0 where the system does not tell.</summary>
    public static double ServerSeconds(int postmaster)
    {
        if (!Directory.Exists("/proc"))
        {
            return 0;
        }

        double ticks = 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            var stat = Read(Path.Combine(folder, "stat"));
            var behindName = stat.LastIndexOf(')');
            if (behindName < 0)
            {
                continue;
            }

            var fields = stat[(behindName + 2)..].Split(' ');
            if (int.Parse(fields[1], CultureInfo.InvariantCulture) == postmaster || Path.GetFileName(folder) == postmaster.ToString(CultureInfo.InvariantCulture))
            {
                // utime, stime, and what ended children left, in clock ticks of 10 ms.
                ticks += fields[11..15].Sum(f => double.Parse(f, CultureInfo.InvariantCulture));
            }
        }

        return ticks / 100;
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";
        }
        catch (UnauthorizedAccessException)
        {
            return "";
        }
    }
}
