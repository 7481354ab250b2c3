using System.Reflection;
using GpuSeq.EmbeddedRuntime.IL;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.EmbeddedRuntime.Tests;

/// <summary>What ILGPU cannot compile is found, named with its rule, and nothing else is.</summary>
public class KernelRulesTests
{
    private static IEnumerable<TestCaseData> BadKernelCases() => typeof(BadKernels)
        .GetMethods(BindingFlags.Public | BindingFlags.Static)
        .Where(method => method.IsDefined(typeof(BreaksAttribute)))
        .Append(BadKernels.HiddenKernel)
        .Select(method => new TestCaseData(method).SetArgDisplayNames(method.Name));

    [TestCaseSource(nameof(BadKernelCases))]
    public void Bad_kernels_are_named_with_their_rule(MethodInfo kernel)
    {
        var first = kernel.GetParameters()[0].ParameterType;
        var isExplicit = first != typeof(LongIndex1D) && !typeof(IIndex).IsAssignableFrom(first);
        var violations = KernelRules.Check(kernel, isExplicit, isCpuOnly: !isExplicit);
        var rule = kernel.GetCustomAttribute<BreaksAttribute>()!.Rule;
        Assert.That(violations.Select(violation => violation.Rule), Does.Contain(rule), string.Join(Environment.NewLine, violations));
        Assert.That(violations[0].ToString(), Does.Contain($".{kernel.Name} breaks "));
    }

    [Test]
    public void There_is_a_bad_kernel_for_each_rule()
    {
        var tested = BadKernelCases().Select(test => ((MethodInfo)test.Arguments[0]!).GetCustomAttribute<BreaksAttribute>()!.Rule);
        Assert.That(tested.Append(KernelRule.NotStatic), Is.SupersetOf(Enum.GetValues<KernelRule>()));
    }

    [Test]
    public void Kernels_that_are_not_static_are_named()
    {
        Action<Index1D, ArrayView<int>> lambda = (index, view) => view[index] = 1;
        Assert.That(KernelRules.Check(lambda.Method, isExplicit: false).Single().Rule, Is.EqualTo(KernelRule.NotStatic));
    }

    private static void LoadGood(Accelerator accelerator)
    {
        accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<ushort>, GoodKernels.Arguments, SpecializedValue<int>>(
            GoodKernels.Everything<GoodKernels.Root>);
        accelerator.LoadStreamKernel<ArrayView<float>>(GoodKernels.Shared<GoodKernels.Root>);
        accelerator.LoadImplicitlyGroupedStreamKernel<Index1D, ArrayView<float>>(GoodKernels.Intrinsic, 1);
    }

    [Test]
    public void Good_kernels_break_nothing()
    {
        // Loaded here so that they are found by what loads them.
        using var cpu = new Cpu();
        LoadGood(cpu.Accelerator);
        var found = KernelRules.FindKernels(typeof(KernelRulesTests).Assembly)
            .Where(kernel => kernel.Method.DeclaringType == typeof(GoodKernels))
            .ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(found, Has.Length.EqualTo(3));
            Assert.That(found.SelectMany(KernelRules.Check), Is.Empty);
        });
    }

    private static class Generic<T>
        where T : unmanaged
    {
        public static void Set(ArrayView<T> view, T value) => view[Grid.GlobalLinearIndex] = value;

        public static Action<KernelConfig, ArrayView<T>, T> Load(Accelerator accelerator) =>
            accelerator.LoadStreamKernel<ArrayView<T>, T>(Set);
    }

    private static void PassedOn(Index2D index, ArrayView<int> view) => view[index.X] = index.Y;

    private static void WithoutViews(int value)
    {
    }

    private static Action<Index2D, ArrayView<int>> PassOn(Accelerator accelerator, Action<Index2D, ArrayView<int>> kernel) =>
        accelerator.LoadAutoGroupedStreamKernel(kernel);

    [Test]
    public void Kernels_are_found_however_they_are_loaded()
    {
        using var cpu = new Cpu();
        Generic<float>.Load(cpu.Accelerator);
        Generic<long>.Load(cpu.Accelerator);
        PassOn(cpu.Accelerator, PassedOn);
        cpu.Accelerator.LoadStreamKernel<int>(WithoutViews);
        var found = KernelRules.FindKernels(typeof(KernelRulesTests).Assembly);
        bool Has(string name, bool isExplicit, Type? argument = null) => found.Any(kernel =>
            kernel.Method.Name == name && kernel.IsExplicit == isExplicit
            && (argument is null || kernel.Method.DeclaringType!.GetGenericArguments().Contains(argument)));
        Assert.Multiple(() =>
        {
            Assert.That(Has("Set", true, typeof(float)));
            Assert.That(Has("Set", true, typeof(long)));
            Assert.That(Has("PassedOn", false));
            Assert.That(Has("WithoutViews", true));
            Assert.That(Has("TiledGemm", true));
            Assert.That(Has("AddOne3D", false));
            Assert.That(Has("Rows", true));
        });
    }

    [TestCase("TiledGemm")]
    [TestCase("Rows")]
    [TestCase("Alive")]
    [TestCase("Operate")]
    [TestCase("Shuffles")]
    [TestCase("Atomics")]
    [TestCase("Dynamic")]
    public void Kernels_of_the_other_tests_break_nothing(string name)
    {
        var kernels = KernelRules.FindKernels(typeof(KernelRulesTests).Assembly).Where(kernel => kernel.Method.Name == name).ToArray();
        Assert.That(kernels, Is.Not.Empty);
        Assert.That(kernels.SelectMany(KernelRules.Check), Is.Empty);
    }
}
