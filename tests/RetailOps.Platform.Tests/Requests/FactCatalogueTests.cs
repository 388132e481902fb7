using System.Reflection;
using System.Reflection.Emit;

using RetailOps.Kernel;

namespace RetailOps.Platform.Tests;

public sealed class FactCatalogueTests
{
    [Fact]
    public void A_fact_is_found_by_its_name_and_by_its_type()
    {
        var assembly = Declare(("Said", "test.said.v1"));

        var catalogue = new FactCatalogue([assembly, assembly], [new("test.one", ["test.said.v1"]), new("test.two", ["test.said.v1"])]);

        catalogue.NameOf(assembly.GetTypes().Single()).Should().Be("test.said.v1");
        catalogue.Types.Should().ContainSingle(t => t.Key == "test.said.v1");
        catalogue.SubscribersOf("test.said.v1").Should().Equal("test.one", "test.two");
    }

    [Fact]
    public void A_fact_without_a_name_stops_the_host()
    {
        var make = () => new FactCatalogue([Declare(("Nameless", null))], []);

        make.Should().Throw<InvalidOperationException>().WithMessage("Nameless has no [EventName].");
    }

    [Fact]
    public void Two_facts_of_one_name_stop_the_host()
    {
        var make = () => new FactCatalogue([Declare(("One", "test.said.v1"), ("Two", "test.said.v1"))], []);

        make.Should().Throw<InvalidOperationException>().WithMessage("Two facts are called test.said.v1.");
    }

    [Fact]
    public void A_subscriber_of_what_nobody_raises_stops_the_host()
    {
        var make = () => new FactCatalogue([Declare(("Said", "test.said.v1"))], [new("test.ear", ["test.sung.v1"])]);

        make.Should().Throw<InvalidOperationException>().WithMessage("A subscriber wants test.sung.v1, which nobody raises.");
    }

    [Fact]
    public void A_fact_of_an_assembly_that_nobody_registered_cannot_be_raised()
    {
        var catalogue = new FactCatalogue([], []);

        var name = () => catalogue.NameOf(typeof(Acted));

        name.Should().Throw<InvalidOperationException>().WithMessage("*Acted is in no assembly that the host registered.");
    }

    /// <summary>An assembly with facts that no other test should find.</summary>
    private static AssemblyBuilder Declare(params (string Type, string? Name)[] facts)
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName($"Facts{Guid.NewGuid():N}"), AssemblyBuilderAccess.Run);
        var module = assembly.DefineDynamicModule("Facts");
        foreach (var (type, name) in facts)
        {
            var fact = module.DefineType(type, TypeAttributes.Public, typeof(Bare));
            if (name is not null)
            {
                fact.SetCustomAttribute(new CustomAttributeBuilder(typeof(EventNameAttribute).GetConstructor([typeof(string)])!, [name]));
            }

            fact.CreateType();
        }

        return assembly;
    }

    /// <summary>What the declared facts are made from.</summary>
    public abstract class Bare : IFact
    {
        public Guid EventId { get; init; }

        public DateTimeOffset OccurredAt { get; init; }

        public string Aggregate => "";

        public string Key => "";
    }
}
