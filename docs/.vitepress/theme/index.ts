import DefaultTheme from 'vitepress/theme';
import { useData, withBase, type Theme } from 'vitepress';
import { defineComponent, h, nextTick, onMounted, watch } from 'vue';
import 'katex/dist/katex.min.css';
import './style.css';

/** What the page of the playground holds; the code that fills it is loaded there alone. */
const Playground = defineComponent({
  data: () => ({ close: () => {} }),
  async mounted() {
    const host = this.$el as HTMLElement;
    const { openPlayground } = await import('../playground/page.ts');
    if (host.isConnected) this.close = openPlayground(host, withBase('/engine.js'));
  },
  unmounted() {
    this.close();
  },
  render: () => h('div', { class: 'playground' }),
});

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('RegionPlayground', Playground);
  },
  setup() {
    // The theme gives the other pages a landmark for their content.
    const { frontmatter } = useData();
    const markHome = () => {
      const content = document.getElementById('VPContent');
      if (frontmatter.value.layout === 'home') content?.setAttribute('role', 'main');
      else content?.removeAttribute('role');
    };
    onMounted(markHome);
    watch(frontmatter, () => nextTick(markHome));
  },
} satisfies Theme;
