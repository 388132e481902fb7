using System.Text.Json;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>The schemas of all documents and events, documents first, each by name.</summary>
[Needs("schemas.read")]
public sealed record ListSchemas : IRequest<Result<IReadOnlyList<SchemaView>>>;

/// <summary>One schema.</summary>
/// <param name="Name">Like <c>SalesInvoice.v1</c> or <c>orders.order-placed.v1</c>.</param>
/// <returns>The schema, or <c>schemas.unknown</c> (NotFound).</returns>
[Needs("schemas.read")]
public sealed record GetSchema(string Name) : IRequest<Result<SchemaText>>;

/// <summary>A schema in the list.</summary>
/// <param name="Name">Like <c>SalesInvoice.v1</c> or <c>orders.order-placed.v1</c>.</param>
/// <param name="Kind"><c>document</c>: what goes to and comes from other systems; <c>event</c>: what they are told.</param>
/// <param name="Version">From 1. Within a version members are added, and none is taken away, renamed or narrowed.</param>
/// <param name="Describes">The kind of the document, or the <c>type</c> of the event.</param>
/// <param name="Means">What it says, in a sentence; empty where the schema does not say.</param>
public sealed record SchemaView(string Name, string Kind, int Version, string Describes, string Means);

/// <summary>A schema itself.</summary>
/// <param name="Schema">JSON Schema, draft 2020-12.</param>
/// <param name="Tag">The same for the same text, for ever: the strong part of its entity tag.</param>
public sealed record SchemaText(JsonElement Schema, string Tag);
