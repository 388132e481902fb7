using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>Where the retailer keeps its books: a sale of the last hour of a day belongs to that day there, summer or winter.</summary>
/// <param name="Zone">What is dated by the day is dated in it.</param>
public sealed record BusinessZone(TimeZoneInfo Zone)
{
    /// <summary>When nobody says.</summary>
    public const string Usual = "Europe/London";

    /// <summary>By its name.</summary>
    /// <param name="name">Of the IANA database, like <c>Europe/London</c>.</param>
    /// <exception cref="SetupException">There is no such zone.</exception>
    public static BusinessZone Of(string name) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? new(zone) : throw new SetupException($"'{name}' is no time zone: write it like {Usual}.");

    /// <summary>The day of an instant.</summary>
    public DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, Zone).DateTime);
}
