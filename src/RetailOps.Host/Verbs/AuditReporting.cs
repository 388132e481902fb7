using System.Globalization;

using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary><c>verify --audit</c>: the chain over the events, from its first row.</summary>
internal static class AuditReporting
{
    /// <param name="check">What recomputes it.</param>
    /// <param name="heads">What was written down outside the database.</param>
    /// <param name="isForMachines">Whether the summary is JSON.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> Run(AuditCheck check, HeadFile heads, bool isForMachines, CancellationToken ct)
    {
        var report = await check.Run(heads.Read(), new Progress(), ct);
        if (isForMachines)
        {
            VerbOptions.Write(report);
        }
        else
        {
            foreach (var finding in report.Findings)
            {
                Console.Out.WriteLine($"{finding.Kind,-9} {finding.Message}");
            }

            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Checked} rows in {report.Links} links checked, {report.Exported} exported heads compared, {report.Unlinked} rows not linked yet, {report.Broken} broken; head {report.Head ?? "none"}"));
        }

        return report.Broken == 0 ? 0 : 1;
    }

    /// <summary>A line every two seconds, where logs go.</summary>
    private sealed class Progress : IProgress<AuditProgress>
    {
        private long last = TimeProvider.System.GetTimestamp();

        public void Report(AuditProgress value)
        {
            if (TimeProvider.System.GetElapsedTime(last) < TimeSpan.FromSeconds(2))
            {
                return;
            }

            last = TimeProvider.System.GetTimestamp();
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value.Rows} of {value.Of} rows checked"));
        }
    }
}
