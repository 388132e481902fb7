using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>Lists what our words mean in the ERP, in the order of their keys: the usual ones, those that people set, and those of the documents that are under way or were refused.</summary>
/// <param name="Kind"><c>account</c>, <c>category</c>, <c>currency</c>, <c>journal</c>, <c>party</c>, <c>payment-method</c>, <c>payment-term</c>, <c>product</c>, <c>tax</c> or <c>uom</c>; null for all.</param>
/// <param name="OnlyGaps">True for what means nothing there.</param>
/// <param name="After">The last key of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
/// <returns>Nothing while the ERP that serves has no records to point to.</returns>
[Needs("integration.read"), AsksDatabase]
public sealed record ListMappings(string? Kind, bool OnlyGaps, string? After, int Limit) : IRequest<Result<IReadOnlyList<MappingView>>>;

/// <summary>Says what one of our words means in the ERP. Documents that are sent from then on mean that; a second call changes nothing.</summary>
/// <param name="Kind">As in <see cref="ListMappings"/>.</param>
/// <param name="Code">Our word, 1 to 128 characters: an account of ours, a tender, a rate in percent, a customer's number or <c>*</c> for whom nobody names, a SKU.</param>
/// <param name="Target">What the record is known by there, 1 to 128 characters; null for the usual again. It need not be there yet.</param>
/// <returns>The mapping, with its gap.</returns>
[Needs("integration.map"), AsksDatabase]
public sealed record SetMapping(string Kind, string Code, string? Target) : IRequest<Result<MappingView>>;

/// <summary>Reads the ERP's records anew: accounts, taxes and the like as they are, of parties and products those that were changed since.</summary>
/// <returns>How many were read, by kind. <c>integration.no-records</c> (Conflict) when the ERP that serves has none, <c>integration.erp-silent</c> (Conflict) when it does not answer.</returns>
[Needs("integration.replay")]
public sealed record RefreshMappings : IRequest<Result<RefreshedMappings>>;

/// <summary>What was read.</summary>
/// <param name="Records">How many, by kind.</param>
public sealed record RefreshedMappings(IReadOnlyDictionary<string, int> Records);

/// <summary>What one of our words means in the ERP.</summary>
/// <param name="Key"><c>kind/code</c>.</param>
/// <param name="Kind">As in <see cref="ListMappings"/>.</param>
/// <param name="Code">Our word.</param>
/// <param name="Target">What the record is known by there.</param>
/// <param name="IsSet">Whether a person said so.</param>
/// <param name="Record">The record's id there; null when none is known.</param>
/// <param name="Name">The record's name there; null for a party's, and when none is known.</param>
/// <param name="Gap">What is missing and what to do; null when nothing is. Parties and products that are not there are made when they are needed, and are no gap.</param>
public sealed record MappingView(string Key, string Kind, string Code, string Target, bool IsSet, int? Record, string? Name, string? Gap);

/// <summary>A person said what a word means in the ERP.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="Kind">Of the record.</param>
/// <param name="Code">Our word.</param>
/// <param name="Before">What it meant before.</param>
/// <param name="Target">What it means now.</param>
[EventName("integration.mapping-set.v1")]
public sealed record MappingSet(Guid EventId, DateTimeOffset OccurredAt, string Kind, string Code, string Before, string Target) : IFact
{
    string IFact.Aggregate => $"mapping/{Kind}/{Code}";

    string IFact.Key => $"mapping/{Kind}/{Code}";
}
